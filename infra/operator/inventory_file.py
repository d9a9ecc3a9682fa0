"""The inventory file before pyinfra reads it: what is wrong in it is one line with the place."""

import traceback
from pathlib import Path
from typing import Any


class InventoryFileError(Exception):
    """An inventory file that cannot be used: the file, the line if there is one, the reason."""


def check(name: str) -> None:
    """Raises InventoryFileError unless pyinfra can read the inventory file.

    It is run as pyinfra will run it.
    """
    path = Path(name)
    if path.is_dir():
        raise InventoryFileError(f"{name} is a folder: give the path of an inventory file")
    try:
        code = compile(path.read_text(encoding="utf-8"), name, "exec")
        found: dict[str, Any] = {"__file__": name}
        exec(code, found)  # noqa: S102  the operator's own file
    except SyntaxError as error:
        raise InventoryFileError(_at(error.filename or name, error.lineno, error.msg)) from None
    except UnicodeDecodeError:
        raise InventoryFileError(f"{name}: is not UTF-8 text") from None
    except Exception as error:  # noqa: BLE001  whatever that file does wrong
        raise InventoryFileError(_at(name, _line(error, name), _said(error))) from None
    _check_hosts(name, found)


def _at(name: str, line: int | None, reason: str) -> str:
    return f"{name}, line {line}: {reason}" if line else f"{name}: {reason}"


def _line(error: Exception, name: str) -> int | None:
    """The last line of the file that was at work."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == name), None)


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")


def _check_hosts(name: str, found: dict[str, Any]) -> None:
    for group, value in found.items():
        if group.startswith("_"):
            continue
        hosts = value[0] if isinstance(value, tuple) and value else value
        if group in {"hosts", "all"} and not isinstance(hosts, list):
            raise InventoryFileError(f"{name}: {group}: must be a list of hosts with data")
        if isinstance(value, list) or (isinstance(value, tuple) and isinstance(hosts, list)):
            _check_group(f"{name}: {group}", hosts, always=group in {"hosts", "all"})


def _check_group(place: str, hosts: list[Any], *, always: bool) -> None:
    """Other lists than hosts may stand in the file; pyinfra knows them by their items."""
    if not always and not all(isinstance(host, str | tuple) for host in hosts):
        return
    for index, host in enumerate(hosts):
        if isinstance(host, str):
            continue
        shaped = isinstance(host, tuple) and len(host) == 2
        if not (shaped and isinstance(host[0], str) and isinstance(host[1], dict)):
            raise InventoryFileError(f"{place}.{index}: must be a pair: name, and dict of data")
