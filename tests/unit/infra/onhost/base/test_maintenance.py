"""Maintenance is a file that nginx looks at."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost import layout
from infra.onhost.base import maintenance
from tests.support.onhost import Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture(autouse=True)
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_maintenance_is_a_file_that_nginx_looks_at() -> None:
    assert maintenance.state() == {"maintenance": "off"}
    maintenance.turn("on")
    assert maintenance.state() == {"maintenance": "on"}
    assert [path.name for path in layout.MAINTENANCE.iterdir()] == ["on"]
    maintenance.turn("off")
    assert maintenance.state() == {"maintenance": "off"}
    assert list(layout.MAINTENANCE.iterdir()) == []


def test_maintenance_can_be_turned_to_what_it_is() -> None:
    maintenance.turn("off")
    assert maintenance.state() == {"maintenance": "off"}
    for _ in range(2):
        maintenance.turn("on")
    assert maintenance.state() == {"maintenance": "on"}
    assert (layout.MAINTENANCE / "on").stat().st_mode & 0o777 == 0o644  # nginx is not root
