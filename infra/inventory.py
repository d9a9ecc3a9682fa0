"""From the inventory's data to validated settings; a refusal names the setting and the reason."""

import sys
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.settings import Settings

REASONS = {
    "extra_forbidden": "is not a setting (docs/settings.md lists them)",
    "missing": "is missing",
}


class SettingsError(Exception):
    """Settings that were refused: one line for each wrong one."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load(data: Any, host: str) -> Settings:
    """The validated settings of a host, from the `settings` key of its inventory data.

    Raises SettingsError, whose lines give host, path and reason, and never a value.
    """
    if not isinstance(data, dict):
        raise SettingsError(
            [f'{host}: settings: must be a dict with at least "domain" and "email"']
        )
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        raise SettingsError([f"{host}: {_line(problem)}" for problem in problems]) from None


def _line(problem: ErrorDetails) -> str:
    path = ".".join(["settings", *(str(part) for part in problem["loc"] if part != "[key]")])
    reason = REASONS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return f"{path}: {reason}"


def refuse_wrong(hosts: Iterable[tuple[str, Any]]) -> None:
    """Ends the run with exit code 2 and one line for each wrong setting of any host.

    `hosts` are names with what stands under their key `settings`.
    """
    lines = []
    for name, data in (listed := list(hosts)):
        try:
            load(data, name)
        except SettingsError as error:
            lines += error.lines
    if not listed:
        lines = ["inventory: names no host; give it a list `hosts` of (name, data)"]
    if lines:
        print(
            *lines,
            "Nothing was changed: mend the inventory and run again.",
            sep="\n",
            file=sys.stderr,
        )
        raise SystemExit(2)
