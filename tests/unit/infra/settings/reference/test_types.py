"""The types of settings in words."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from infra.settings.fields import network, numbers, remote_paths
from infra.settings.fields.text import Argument, Variable
from infra.settings.reference.types import words
from infra.settings.sections.tls import Tls


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (numbers.Port, "a whole number, from 80 to 65535"),
        (network.HttpsUrl | None, "a URL that begins with `https://`, or `None`"),
        (tuple[Argument, ...], "a list; each item: one line of text, not empty"),
        (
            dict[Variable, str],
            "a dict; each key: a name of `A`-`Z`, `0`-`9` and `_` that does not begin with a digit;"
            " each value: text",
        ),
        (
            remote_paths.VolumePath,
            "a path in the source, like `instance`, or an absolute path below `/srv` or"
            " `/data`, but not in `/srv/app`",
        ),
        (Annotated[int, Field(ge=0)], "a whole number, from 0"),
        (Literal["on", "off"], '`"on"` or `"off"`'),
        (Tls, "a dict, see below"),
        (bool, "`True` or `False`"),
    ],
)
def test_types_are_told_in_plain_words(kind: Any, text: str) -> None:
    assert words(kind) == text


@pytest.mark.parametrize("kind", [bytes, set[str]])
def test_an_unknown_type_says_where_to_give_it_a_meaning(kind: Any) -> None:
    with pytest.raises(LookupError, match=r"a Meaning in infra/settings/fields"):
        words(kind)
