"""Secrets as variables of the environment: rendered from templates into a file for compose.

The file is root's alone and stands in the release's directory, beside the secrets it is made of.
"""

import re
import string
import urllib.parse
from collections.abc import Iterator, Mapping

URL = re.compile(r"[a-z][a-z0-9+.-]*://")
# Within double quotes compose reads these, and only these, as something else than themselves.
ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "$": r"\$", "\n": r"\n", "\r": r"\r"})
LONGEST = 100_000  # bytes; the kernel gives no program a longer variable than 131,072


def names(template: str) -> list[str]:
    """The secrets that a template names, as {name}. Raises ValueError when it is not well formed.

    A brace that is meant as such is written twice.
    """
    return [name for _, name in _parts(template) if name]


def value(template: str, secrets: Mapping[str, bytes]) -> str:
    """The variable's value. In a URL (scheme://...) secrets are percent-encoded.

    Raises ValueError, with the reason and no secret, when no variable can hold it.
    """
    encode = bool(URL.match(template))
    found = ""
    for text, name in _parts(template):
        found += text
        if name:
            secret = _text(secrets[name])
            found += urllib.parse.quote(secret, safe="") if encode else secret
    if len(found.encode()) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} bytes")
    return found


def text(templates: Mapping[str, str], secrets: Mapping[str, bytes]) -> bytes:
    """The file, a line for each variable, as compose reads it."""
    lines = []
    for variable, template in sorted(templates.items()):
        try:
            lines.append(f'{variable}="{value(template, secrets).translate(ESCAPED)}"\n')
        except (ValueError, KeyError) as error:
            raise ValueError(f"the variable {variable} cannot be made: {error}") from None
    return "".join(lines).encode()


def _parts(template: str) -> Iterator[tuple[str, str]]:
    for literal, name, form, conversion in string.Formatter().parse(template):
        if name is not None and (form or conversion or not re.fullmatch(r"[a-z][a-z0-9_]*", name)):
            raise ValueError("is not well formed")
        yield literal, name or ""


def _text(secret: bytes) -> str:
    try:
        found = secret.decode()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    if "\0" in found:
        raise ValueError("has a byte 0")
    return found
