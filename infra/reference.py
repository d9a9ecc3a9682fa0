"""The settings reference, docs/settings.md, written from the model: `python -m infra.reference`."""

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, EmailStr, HttpUrl
from pydantic.fields import FieldInfo

from infra import setting_types as kinds
from infra.app_settings import Check, Section
from infra.certificate_settings import Certificate, Mail
from infra.settings import Docker, Settings

FILE = kinds.PROJECT / "docs" / "settings.md"
COMMAND = ".venv/bin/python -m infra.reference"

INTRO = f"""# Settings

Made from `infra/settings.py` by `{COMMAND}`: change it there.

A host's settings stand in `inventory.py`, under the key `settings` of its data:

```python
hosts = [
    ("app.example.org", {{
        "ssh_user": "debian",
        "settings": {{
            "domain": "app.example.org",
            "email": "you@example.org",
            "web": {{"processes": 4, "memory": "512m"}},
            "app": {{"environment": {{"GREETING": "Hello"}}}},
        }},
    }}),
]
```

`web.processes` below means the key `processes` in the dict `web`, and `N` the place in a list,
from 0. What is left out has its default.
Relative paths count from the checkout. A setting that is unknown, missing or wrong is refused
before the first connection, with its path and the reason; then nothing has been changed.
"""


def _hint(model: type[BaseModel], name: str) -> Any:
    return get_type_hints(model, include_extras=True)[name]


# What a kind of value is called. Others are described by their Python type and their limits.
WORDS = [
    (kinds.Domain, "domain name in lower case"),
    (kinds.SiteName, "domain name in lower case, or IPv4 address"),
    (kinds.Size, "size in megabytes or gigabytes, like `256m` or `1g`"),
    (kinds.LocalFile, "path of a local file that is not empty"),
    (kinds.SecretFile, "path of a local file that is not empty"),
    (kinds.LocalFolder, "path of a local folder"),
    (kinds.HttpsUrl, "URL that begins with `https://`"),
    (kinds.Name, "name of `a`-`z`, `0`-`9` and `_`, up to 63 characters, a letter first"),
    (kinds.Variable, "name of `A`-`Z`, `0`-`9` and `_`, no digit first"),
    (kinds.OneLine, "text of one line"),
    (kinds.Word, "text of one line, not empty"),
    (_hint(Check, "path"), "path of a URL, from its first `/`, with a query if wanted"),
    (kinds.UrlPath, "path of a URL, from its first `/`"),
    (kinds.PrivatePath, "path of a URL, from its first `/`, with no `/` at its end"),
    (kinds.UrlFolder, "path of a URL, with `/` at both ends"),
    (kinds.ContainerPath, "absolute path"),
    (kinds.VolumePath, "absolute path below `/srv` or `/data`"),
    (kinds.Package, "name of a Debian package"),
    (_hint(Docker, "base_image"), "name of an image"),
    (
        _hint(Certificate, "profile"),
        "name of `A`-`Z`, `a`-`z`, `0`-`9`, `.`, `_` and `-`, or `None`",
    ),
    (_hint(Mail, "server"), "domain name or address"),
    (EmailStr, "email address"),
    (HttpUrl, "URL"),
    (bool, "`True` or `False`"),
    (int, "whole number"),
    (str, "text"),
    (types.NoneType, "`None`"),
]


def words(kind: Any) -> str:
    """A type in plain words, with its limits."""
    sections = [(inner, "dict as below") for inner in Section.__subclasses__()]
    for known, text in WORDS + sections:
        if kind == known:
            return text
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            return words(arguments[0]) + limits(arguments[1:])
        case origin if origin in (Union, types.UnionType):
            return " or ".join(map(words, arguments))
        case origin if origin is Literal:
            return " or ".join(f'`"{value}"`' for value in arguments)
        case origin if origin is tuple:
            return f"list; each: {words(arguments[0])}"
        case origin if origin is dict:
            return f"dict; key: {words(arguments[0])}; value: {words(arguments[1])}"
    raise LookupError(f"say in {Path(__file__).name}, in WORDS, what a {kind} is")


def limits(annotations: tuple[object, ...]) -> str:
    """The bounds and the pattern among a type's annotations, in words."""
    inner = (a.metadata if isinstance(a, FieldInfo) else [a] for a in annotations)
    flat = [limit for group in inner for limit in group]
    said = ""
    for name, form in {"ge": ", from {}", "le": " to {}", "pattern": " of the form `{}`"}.items():
        for limit in flat:
            if (value := getattr(limit, name, None)) is not None:
                said += form.format(value)
    return said


def default(field: FieldInfo) -> str:
    """The default as it would stand in the inventory; paths count from the checkout."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, bool):
        return f"`{value}`"
    return f"`{json.dumps(value, default=_plain)}`"


def _plain(value: object) -> str:
    if isinstance(value, Path) and value.is_relative_to(kinds.PROJECT):
        return str(value.relative_to(kinds.PROJECT))
    return str(value)


def cell(text: str) -> str:
    """Text on one line, whose bars do not end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def section(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The heading, the meaning and the table of a section, then those of the sections in it."""
    within = {name: inner for name in model.model_fields if (inner := _inner(model, name))}
    yield from [f"## {path or 'The host'}", "", cell(model.__doc__ or ""), ""]
    yield from ["| Setting | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if within.get(name) is not field.annotation:
            row = (
                f"`{_join(path, name)}`",
                words(_hint(model, name)),
                default(field),
                field.description or "",
            )
            yield f"| {' | '.join(map(cell, row))} |"
    for name, inner in within.items():
        each = ".N" if get_origin(model.model_fields[name].annotation) is tuple else ""
        yield from ["", *section(inner, _join(path, name) + each)]


def _inner(model: type[BaseModel], name: str) -> type[Section] | None:
    """The section that a setting is, or may be, or that each member of its list is."""
    kind = model.model_fields[name].annotation
    for inner in (kind, *get_args(kind)[:1]):
        if isinstance(inner, type) and issubclass(inner, Section):
            return inner
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def text() -> str:
    """The whole reference."""
    return "\n".join([INTRO, *section(Settings), ""])


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
    print(FILE.relative_to(kinds.PROJECT))
