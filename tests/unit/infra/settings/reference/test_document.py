"""docs/settings.md says what the model says."""

import re
from types import NoneType
from typing import Any, ClassVar, get_args, get_origin

from infra.checkout import CHECKOUT
from infra.settings import Settings, load
from infra.settings.fields.section import Section
from infra.settings.reference.document import COMMAND, FILE, INTRO, document, section

TEXT = document()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def paths(model: type[Section], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner, each = field.annotation, ""
        if get_origin(inner) is tuple:
            inner, each = get_args(inner)[0], ".N"
        elif get_origin(inner) is dict:
            inner, each = get_args(inner)[1], ".NAME"
        elif NoneType in get_args(inner):
            inner = get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, Section):
            found += paths(inner, f"{prefix}{name}{each}.")
            found += [prefix + name] if inner is not field.annotation else []
        else:
            found.append(prefix + name)
    return found


def test_the_reference_is_what_the_model_gives() -> None:
    written = FILE.read_text(encoding="utf-8")
    assert written == TEXT, f"run `{COMMAND}` and commit docs/settings.md"


def test_every_setting_has_one_row_of_four_cells() -> None:
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in ROWS]
    assert {len(row) for row in cells} == {4}
    assert sorted(row[0].strip(" `") for row in cells) == sorted(paths(Settings))
    assert all(cell.strip() for row in cells for cell in row)


def test_each_section_names_the_file_that_holds_its_settings() -> None:
    for part in TEXT.split("\n## ")[1:]:
        [(name, link)] = re.findall(r"^Defined in \[`(.*?)`\]\((.*?)\)\.$", part, re.MULTILINE)
        assert (FILE.parent / link).resolve() == CHECKOUT / name
        source = (CHECKOUT / name).read_text(encoding="utf-8")
        for setting in re.findall(r"^\| `(?:[\w.]*\.)?(\w+)`", part, re.MULTILINE):
            assert re.search(rf"^    {setting}: ", source, re.MULTILINE), f"{name}: {setting}"


def test_every_path_in_the_introduction_exists() -> None:
    named = re.findall(r"`(infra/[\w./]+)`", INTRO)
    assert named
    assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_no_path_of_this_machine_is_in_the_reference() -> None:
    assert str(CHECKOUT) not in TEXT
    assert '| `app.source` | the path of a local folder | `"app"` |' in TEXT


def test_the_example_of_the_introduction_is_accepted() -> None:
    example = re.search(r"```python\n(.*?)```", INTRO, re.DOTALL)
    assert example
    found: dict[str, Any] = {}
    exec(example.group(1), found)  # noqa: S102  the documentation's own example
    [(name, data)] = found["hosts"]
    assert load(data["settings"], name).web.processes == 4


def test_long_descriptions_with_bars_and_line_breaks_stay_in_their_cell() -> None:
    class Odd(Section):
        """Odd."""

        example: ClassVar[str] = '"odd": {"choice": "a"},'

        choice: str = "a|b"
        """Either `a|b`,

        or, after an empty line, much more."""

    row = list(section(Odd, "odd"))[-1]
    assert row == (
        r'| `odd.choice` | text | `"a\|b"` |'
        r" Either `a\|b`, or, after an empty line, much more. |"
    )
