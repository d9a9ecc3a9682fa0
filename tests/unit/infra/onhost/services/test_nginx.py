"""What the host's programs see of nginx and of the releases."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.releases import release
from infra.onhost.services import nginx, openssl
from tests.support.onhost import Host, new_host
from tests.support.onhost.servers import always, serving
from tests.support.operations.certificates import make

DOMAIN = "app.example.org"


def test_the_certificate_that_is_served_is_seen(tmp_path: Path) -> None:
    make(tmp_path / "a.pem", DOMAIN)
    with serving(tmp_path / "a.pem", always(200)) as (port, _):
        assert nginx.served(DOMAIN, port) == openssl.read(tmp_path / "a.pem").fingerprint


def test_where_nobody_answers_nothing_is_served() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        assert nginx.served(DOMAIN, bound.getsockname()[1]) == ""


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose systemctl says what stands in the file `running`."""
    with new_host() as host:
        host.program("systemctl", f"cat {host.root}/running")
        (host.root / "running").touch()
        yield host


def test_before_the_first_release_there_is_none(host: Host) -> None:
    assert release.current(host) == ""
    assert release.active(host) == set()


def test_the_current_release_is_the_one_that_is_linked(host: Host) -> None:
    host.layout.current.symlink_to("0123456789ab")
    assert release.current(host) == "0123456789ab"


def test_releases_that_run_or_would_start_with_the_host_are_known(host: Host) -> None:
    (host.root / "running").write_text(
        "slipway@0123456789ab.service loaded active exited Slipway release 0123456789ab\n"
    )
    (host.layout.wanted_units / "slipway@ba9876543210.service").touch()
    (host.layout.wanted_units / "slipway-base.service").touch()
    assert release.active(host) == {"0123456789ab", "ba9876543210"}


def test_a_release_has_names_of_its_own(host: Host) -> None:
    assert release.unit("0123") == "slipway@0123.service"
    assert release.project("0123") == "slipway-0123"
    assert release.routes(host, "0123") == host.layout.web / "0123" / "routes.conf"
    assert (
        release.socket(host, "0123", "uwsgi") == host.layout.web / "0123" / "socket" / "uwsgi.sock"
    )
    assert (
        release.socket(host, "0123", "gunicorn")
        == host.layout.web / "0123" / "socket" / "http.sock"
    )
    assert release.folder(host, "0123") == host.layout.releases / "0123"
