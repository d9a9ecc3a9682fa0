"""Objects made from JSON: what is refused, and with which words."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.onhost.typed import made, reason


@dataclass(frozen=True)
class Given:
    name: str
    number: int
    items: list[str] = field(default_factory=list)
    states: dict[str, dict[str, str]] = field(default_factory=dict)


WHOLE: dict[str, Any] = {"name": "a", "number": 1, "items": ["x"], "states": {"a": {"b": "c"}}}


def test_right_values_make_an_object_and_defaults_may_be_missing() -> None:
    assert made(Given, WHOLE) == Given("a", 1, ["x"], {"a": {"b": "c"}})
    assert made(Given, {"name": "a", "number": 1}) == Given("a", 1)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], "it is not a JSON object"),
        (None, "it is not a JSON object"),
        ({"name": "a"}, "'number' is missing"),
        (WHOLE | {"colour": "red"}, "'colour' is not known"),
        (WHOLE | {"name": None}, "'name' has a value of the wrong type"),
        (WHOLE | {"number": True}, "'number' has a value of the wrong type"),
        (WHOLE | {"items": ["x", 1]}, "'items' has a value of the wrong type"),
        (WHOLE | {"states": {"a": {"b": 1}}}, "'states' has a value of the wrong type"),
        (WHOLE | {"states": []}, "'states' has a value of the wrong type"),
    ],
)
def test_wrong_values_are_named(values: object, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        made(Given, values)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1 is not JSON"),
        (b'{"a": 1,\n}', "line 2 is not JSON"),
        (b'{"a": "\xff"}', "it is not UTF-8"),
    ],
)
def test_text_that_is_not_json_is_told_in_words(content: bytes, told: str) -> None:
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)) as error:
        json.loads(content.decode())
    assert reason(error.value) == told


def test_a_file_that_is_missing_is_told_without_its_name() -> None:
    assert reason(FileNotFoundError(2, "No such file or directory", "/x")) == (
        "No such file or directory"
    )
