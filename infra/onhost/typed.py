"""JSON files that a deploy wrote: what stands there, as objects with values of the right types."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from .command import Failure

NO_OBJECT = "it is not a JSON object"
Kind = TypeVar("Kind")


def read(path: Path) -> dict[str, Any]:
    """The object in a file. Raises Failure with the path and the reason when there is none."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {reason(error)}") from error
    if not isinstance(found, dict):
        raise Failure(f"{path} cannot be read: {NO_OBJECT}")
    return found


def made(kind: type[Kind], values: object) -> Kind:
    """A dataclass with these values. Raises ValueError with the name of a wrong one."""
    if not isinstance(values, Mapping):
        raise ValueError(NO_OBJECT)  # noqa: TRY004  one kind for what JSON holds
    types = get_type_hints(kind)
    for name, value in values.items():
        if name not in types:
            raise ValueError(f"{name!r} is not known")
        if not _fits(value, types[name]):
            raise ValueError(f"{name!r} has a value of the wrong type")
    for field in fields(cast("Any", kind)):
        if field.name not in values and field.default is field.default_factory is MISSING:
            raise ValueError(f"{field.name!r} is missing")
    return kind(**values)


def _fits(value: object, wanted: Any) -> bool:
    inner = get_args(wanted)
    if get_origin(wanted) is list:
        return isinstance(value, list) and all(_fits(one, inner[0]) for one in value)
    if get_origin(wanted) is dict:
        return isinstance(value, dict) and all(_fits(one, inner[1]) for one in value.values())
    return type(value) is wanted


def reason(error: Exception) -> str:
    """Why a file could not be read, in words for the operator."""
    if isinstance(error, OSError):
        return f"{error.strerror}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if hasattr(error, "lineno"):  # json's
        return f"line {error.lineno} is not JSON"
    return str(error)
