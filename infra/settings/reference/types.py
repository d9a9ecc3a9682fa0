"""Types of settings in words."""

import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import EmailStr
from pydantic.fields import FieldInfo

from infra.settings.fields.meaning import Meaning
from infra.settings.fields.section import Section

# Types that are not our own. Ours, in infra/settings/fields, have a Meaning.
FOREIGN = {
    EmailStr: "an email address",
    bool: "`True` or `False`",
    int: "a whole number",
    str: "text",
    types.NoneType: "`None`",
}
COLLECTIONS = {
    tuple: "a list; each item: {}",
    dict: "a dict; each key: {}; each value: {}",
}


def words(kind: Any) -> str:
    """A type in words, with its limits. Raises LookupError for an unknown one."""
    if isinstance(kind, type):
        return "a dict, see below" if issubclass(kind, Section) else _foreign(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _meaning(arguments) + _limits(arguments[1:])
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in arguments)
    if origin in (Union, types.UnionType):
        return ", or ".join(map(words, arguments))
    if origin in COLLECTIONS:
        return COLLECTIONS[origin].format(*(words(each) for each in arguments if each is not ...))
    return _foreign(kind)


def _foreign(kind: Any) -> str:
    try:
        return FOREIGN[kind]
    except KeyError:
        raise LookupError(f"give {kind} a Meaning in infra/settings/fields") from None


def _meaning(arguments: tuple[Any, ...]) -> str:
    """The last meaning among a type's annotations: it is the narrowest."""
    found = [note.words for note in arguments[1:] if isinstance(note, Meaning)]
    return found[-1] if found else words(arguments[0])


def _limits(annotations: Iterable[object]) -> str:
    """The smallest and the largest value, in words."""
    notes = [n for a in annotations for n in (a.metadata if isinstance(a, FieldInfo) else [a])]
    text = ""
    for name, form in {"ge": ", from {}", "le": " to {}"}.items():
        text += "".join(form.format(getattr(note, name)) for note in notes if hasattr(note, name))
    return text
