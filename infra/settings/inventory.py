"""From the inventory's data to validated settings; a refusal names the setting and the reason."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.checkout import CHECKOUT
from infra.settings.fields.paths import FOLDER
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings

# pydantic's types of errors, in words for operators; others keep pydantic's own message.
REASONS = {
    "bool_parsing": "must be True or False",
    "bool_type": "must be True or False",
    "dict_type": "must be a dict",
    "extra_forbidden": "is not a setting (docs/settings.md lists all settings)",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "missing": "is missing",
    "model_type": "must be a dict",
    "path_type": "must be the path of a file or folder",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "url_parsing": "must be a URL",
    "url_type": "must be a URL",
}


class SettingsError(Exception):
    """Settings that were refused: one line for each wrong one."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class InventoryHost(Protocol):
    """A host as pyinfra gives it to a deploy, or as its inventory holds it."""

    @property
    def name(self) -> str:
        """Its name in the inventory."""

    @property
    def data(self) -> Any:
        """Its data, with `get` as a dict has it."""


def load(data: Any, host: str, folder: Path = CHECKOUT) -> Settings:
    """The validated settings of a host, from the `settings` key of its inventory data.

    Relative paths in them start at `folder`. Raises SettingsError, whose lines give host, path
    and reason, and never a value.
    """
    if not isinstance(data, dict):
        raise SettingsError(
            [f'{host}: settings: must be a dict with at least "domain" and "email"']
        )
    try:
        return Settings.model_validate(data, context={FOLDER: folder})
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        raise SettingsError([f"{host}: {_line(problem)}" for problem in problems]) from None


def load_host(host: InventoryHost) -> Settings:
    """The validated settings of pyinfra's host. Raises SettingsError.

    group_data/all.py adds the folder of the inventory file to the data of every host.
    """
    folder = host.data.get("inventory_folder") or CHECKOUT
    return load(host.data.get("settings"), host.name, Path(folder))


def _line(problem: ErrorDetails) -> str:
    path = ["settings", *(str(part) for part in problem["loc"] if part != "[key]")]
    context = problem.get("ctx", {})
    error = context.get("error")
    if isinstance(error, FieldError):
        path.append(error.path)
    if isinstance(error, ValueError):  # of a validator of ours
        reason = str(error)
    elif known := REASONS.get(problem["type"]):
        reason = known.format(**context)
    else:
        reason = problem["msg"]
    return f"{'.'.join(path)}: {reason}"


def refuse_wrong(hosts: Iterable[tuple[str, Any]], folder: Path = CHECKOUT) -> None:
    """Ends the run with exit code 2 and one line for each wrong setting of any host.

    `hosts` are names with the value of their key `settings`; paths in it start at `folder`.
    """
    lines = []
    for name, data in (listed := list(hosts)):
        try:
            load(data, name, folder)
        except SettingsError as error:
            lines += error.lines
    if not listed:
        lines = ["inventory: there is no host. Add a list `hosts` with items (name, data)"]
    if lines:
        print(
            *lines,
            "Nothing was changed. Correct the inventory and run the command again.",
            sep="\n",
            file=sys.stderr,
        )
        raise SystemExit(2)
