"""Names of things, and lines of text."""

from typing import Annotated

from infra.settings.fields.meaning import Pattern

Name = Annotated[
    str,
    Pattern(
        "a name of at most 63 characters (`a`-`z`, `0`-`9`, `_`) that begins with a letter",
        r"[a-z][a-z0-9_]{0,62}",
    ),
]
ProcessName = Annotated[
    str,
    Pattern(
        "a name of at most 31 characters (`a`-`z`, `0`-`9`, `-`, `_`) that begins with a letter",
        r"[a-z][a-z0-9_-]{0,30}",
    ),
]
QueueName = Annotated[
    str,
    Pattern(
        "the name of a queue: at most 64 letters, digits, `.`, `_`, `:` and `-`, a letter or a"
        " digit first, like `microblog-tasks`",
        r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}",
    ),
]
Variable = Annotated[
    str,
    Pattern(
        "a name of `A`-`Z`, `0`-`9` and `_` that does not begin with a digit", r"[A-Z_][A-Z0-9_]*"
    ),
]
ModuleName = Annotated[
    str,
    Pattern(
        "a module and a name in it, like `package.module:app` or `hello:create_app()`",
        r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_][\w.]*(\([^\r\n\x00]*\))?",
    ),
]
Package = Annotated[str, Pattern("the name of a Debian package", r"[a-z0-9][a-z0-9+.-]+")]
ImageName = Annotated[str, Pattern("the name of an image", r"[a-z0-9./:_@-]+")]
CertificateProfile = Annotated[
    str,
    Pattern("a name of `A`-`Z`, `a`-`z`, `0`-`9`, `.`, `_` and `-`", r"[A-Za-z0-9._-]+"),
]
OneLine = Annotated[str, Pattern("one line of text", r"[^\r\n\x00]*")]
Argument = Annotated[str, Pattern("one line of text, not empty", r"[^\r\n\x00]+")]
