"""From the inventory's data to validated settings; a refusal names the setting and the reason."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.checkout import CHECKOUT
from infra.settings.fields.local_paths import FOLDER, shown
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings

# pydantic's types of errors, in words for operators. Where none fits, the word before the first `_`
# counts; pydantic's own sentences are never shown.
REASONS = {
    "bool": "must be True or False",
    "dict": "must be a dict",
    "extra_forbidden": "is not a setting (docs/settings.md lists all settings)",
    "finite_number": "must be a number",
    "float": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "int": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "missing": "is missing",
    "model": "must be a dict",
    "path": "must be the path of a file or folder",
    "string": "must be text",
    "string_too_long": "must have {max_length} characters or fewer",
    "string_too_short": "must have {min_length} characters or more",
    "too_long": "must have {max_length} items or fewer",
    "too_short": "must have {min_length} items or more",
    "tuple": "must be a list",
    "url": "must be a URL",
    "value_error": "must be an email address, like you@example.org",  # no other comes from pydantic
}
NOT_FOUND = "default_factory_not_called"
OTHERWISE = "has a wrong value (docs/settings.md says what it may be)"


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
        problems = [
            problem
            for problem in error.errors(include_input=False, include_url=False)
            if problem["type"] != NOT_FOUND  # what it is made of was refused itself
        ]
        raise SettingsError([f"{host}: {_line(problem)}" for problem in problems]) from None


def load_host(host: InventoryHost) -> Settings:
    """The validated settings of pyinfra's host. Raises SettingsError.

    group_data/all.py adds the folder of the inventory file to the data of every host.
    """
    folder = host.data.get("inventory_folder") or CHECKOUT
    return load(host.data.get("settings"), host.name, Path(folder))


def _line(problem: ErrorDetails) -> str:
    path = ["settings", *(shown(part) for part in problem["loc"] if part != "[key]")]
    error = problem.get("ctx", {}).get("error")
    if isinstance(error, FieldError):
        path.append(error.path)
    reason = shown(error) if isinstance(error, ValueError) else _reason(problem)
    return f"{'.'.join(path)}: {reason}"


def _reason(problem: ErrorDetails) -> str:
    """Why pydantic refuses a value; a validator of ours says it itself."""
    kind = problem["type"]
    words = REASONS.get(kind) or REASONS.get(kind.partition("_")[0], OTHERWISE)
    return words.format(**problem.get("ctx", {}))


def refuse_wrong(
    hosts: Iterable[tuple[str, Any]],
    folder: Path = CHECKOUT,
    also: Iterable[str] = (),
    check: Callable[[str, Settings], object] = lambda _name, _settings: None,
) -> None:
    """Ends the run with exit code 2 and one line for each wrong setting of any host.

    `hosts` are names with the value of their key `settings`; paths in it start at `folder`.
    `also` are lines about other data of the inventory. `check` looks further at a host's settings:
    it raises FieldError.
    """
    lines = list(also)
    for name, data in (listed := list(hosts)):
        try:
            check(name, load(data, name, folder))
        except SettingsError as error:
            lines += error.lines
        except FieldError as error:
            lines.append(f"{name}: settings.{error.path}: {shown(error)}")
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
