"""The rows of the table: what can be tried at once, and that the document has them all."""

import pytest

from tests.breakages.breakage import MOST, Breakage, rounds
from tests.breakages.found import COLUMNS, Found, table
from tests.breakages.rows import ROWS


def test_rows_have_names_of_their_own_and_say_what_they_look_for() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names) >= 40
    assert all(row.breaks and row.whole and row.said for row in ROWS)


def test_rows_that_touch_the_same_are_not_tried_at_once() -> None:
    for group in rounds(ROWS):
        touched = [word for row in group for word in row.touches.split()]
        assert len(set(touched)) == len(touched)
        assert len(group) == 1 or not any(row.alone or row.reboots for row in group)
        assert len(group) <= MOST
    assert sorted(row.name for group in rounds(ROWS) for row in group) == sorted(
        row.name for row in ROWS
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_that_applies_and_does_not_hold_is_missing(column: str) -> None:
    found = Found(Breakage("a", "b", "c", "d"), columns=dict.fromkeys(COLUMNS, True))
    assert found.missing == []
    found.columns[column] = False
    assert found.missing == [column]
    assert "| a |" in table([found])
    assert table([found]).count("no ") == 1
