"""A deployed host is broken by hand in many ways: each is named, shown, mended and noticed."""

import pytest

from tests.breakages.breakage import Breakage
from tests.breakages.found import Found
from tests.breakages.rows import ROWS

pytestmark = pytest.mark.destructive


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_broken_is_found_and_mended(row: Breakage, tried: dict[str, Found]) -> None:
    found = tried[row.name]
    assert found.broken, "the commands of the row break nothing"
    assert found.missing == [], found.told
