"""docs/settings.md says what the model says."""

import re
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import Field, StringConstraints

from infra import reference, setting_types
from infra.settings import Settings, load
from infra.settings.sections.section import Section

ROWS = [line for line in reference.text().splitlines() if line.startswith("| `")]


def paths(model: type[Section], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner, each = field.annotation, ""
        if get_origin(inner) is tuple:
            inner, each = get_args(inner)[0], ".N"
        elif NoneType in get_args(inner):
            inner = get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, Section):
            found += paths(inner, f"{prefix}{name}{each}.")
            found += [prefix + name] if inner is not field.annotation else []
        else:
            found.append(prefix + name)
    return found


def test_the_reference_is_what_the_model_gives() -> None:
    written = reference.FILE.read_text(encoding="utf-8")
    assert written == reference.text(), f"run `{reference.COMMAND}` and commit docs/settings.md"


def test_every_setting_has_one_row_of_four_cells() -> None:
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in ROWS]
    assert {len(row) for row in cells} == {4}
    assert sorted(row[0].strip(" `") for row in cells) == sorted(paths(Settings))
    assert all(cell.strip() for row in cells for cell in row)


def test_no_path_of_this_machine_is_in_the_reference() -> None:
    assert str(setting_types.CHECKOUT) not in reference.text()
    assert '| `app.source` | path of a local folder | `"app"` |' in reference.text()


def test_the_example_of_the_reference_is_accepted() -> None:
    example = re.search(r"```python\n(.*?)```", reference.INTRO, re.DOTALL)
    assert example
    found: dict[str, Any] = {}
    exec(example.group(1), found)  # noqa: S102  the documentation's own example
    [(name, data)] = found["hosts"]
    assert load(data["settings"], name).web.processes == 4


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (setting_types.Port, "whole number, from 80 to 65535"),
        (setting_types.HttpsUrl | None, "URL that begins with `https://` or `None`"),
        (tuple[setting_types.Word, ...], "list; each: text of one line, not empty"),
        (Annotated[str, StringConstraints(pattern="^a|b$")], "text of the form `^a|b$`"),
        (Annotated[int, Field(ge=0)], "whole number, from 0"),
    ],
)
def test_types_are_told_in_plain_words(kind: Any, words: str) -> None:
    assert reference.words(kind) == words


def test_an_unknown_kind_of_value_says_where_to_name_it() -> None:
    with pytest.raises(LookupError, match=r"reference\.py, in WORDS"):
        reference.words(bytes)


def test_long_descriptions_with_bars_and_line_breaks_stay_in_their_cell() -> None:
    class Odd(Section):
        """Odd."""

        choice: str = "a|b"
        """Either `a|b`,

        or, after an empty line, much more."""

    row = list(reference.section(Odd, "odd"))[-1]
    assert row == (
        r'| `odd.choice` | text | `"a\|b"` |'
        r" Either `a\|b`, or, after an empty line, much more. |"
    )
