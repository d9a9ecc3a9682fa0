"""Maintenance is a file that nginx looks at."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.base import maintenance
from tests.support.onhost import Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture(autouse=True)
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_maintenance_is_a_file_that_nginx_looks_at(host: Host) -> None:
    assert maintenance.state(host) == {"maintenance": "off"}
    maintenance.turn(host, "on")
    assert maintenance.state(host) == {"maintenance": "on"}
    assert [path.name for path in host.layout.maintenance.iterdir()] == ["on"]
    maintenance.turn(host, "off")
    assert maintenance.state(host) == {"maintenance": "off"}
    assert list(host.layout.maintenance.iterdir()) == []


def test_maintenance_can_be_turned_to_what_it_is(host: Host) -> None:
    maintenance.turn(host, "off")
    assert maintenance.state(host) == {"maintenance": "off"}
    for _ in range(2):
        maintenance.turn(host, "on")
    assert maintenance.state(host) == {"maintenance": "on"}
    assert (host.layout.maintenance / "on").stat().st_mode & 0o777 == 0o644  # nginx is not root
