"""The end of a release: who waits at its socket, and in which order it ends."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.onhost import layout
from infra.onhost.command import Failure
from infra.onhost.releases import retire
from tests.support.onhost import Host, new_host

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="looks into another namespace: needs root"),
    pytest.mark.skipif(not shutil.which("ss"), reason="no ss on this machine: Debian's iproute2"),
]

DOCKER = """case $* in
    'ps --quiet'*service=web*) echo web;; 'ps --quiet'*) ;;
    inspect*) echo {process} {seconds};;
esac"""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host whose release a runs in this process, as far as Docker says."""
    with new_host() as host:
        # This process has no mounts of its own, as a container has.
        monkeypatch.setattr(layout, "CONTAINER_SOCKETS", host.root / "web")
        layout.CONTAINER_SOCKETS.mkdir()
        host.program("docker", DOCKER.format(process=os.getpid(), seconds=30))
        host.program("systemctl")
        yield host


@pytest.fixture
def server(host: Host) -> Iterator[socket.socket]:
    """What the release listens with; it accepts nothing by itself."""
    del host
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(layout.CONTAINER_SOCKETS / "uwsgi.sock"))
        server.listen()
        yield server


def ended(host: Host) -> list[str]:
    return [call for call in host.called() if {"stop", "down"} & set(call.split())]


ORDER = ["docker compose", "systemctl stop", "docker compose"]


def test_a_release_with_an_empty_line_ends_at_once(host: Host, server: socket.socket) -> None:
    retire.retire(host, "a")
    assert [" ".join(call.split()[:2]) for call in ended(host)] == ORDER
    assert server.fileno() >= 0


def test_who_waits_in_its_line_is_taken_before_it_ends(host: Host, server: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX) as client, ThreadPoolExecutor() as pool:
        client.connect(server.getsockname())
        retiring = pool.submit(retire.retire, host, "a")
        time.sleep(0.5)
        assert ended(host) == []
        server.accept()[0].close()
        retiring.result(10)
    assert [" ".join(call.split()[:2]) for call in ended(host)] == ORDER


def test_a_server_that_takes_nobody_is_not_waited_for_for_ever(
    host: Host, server: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    host.program("docker", DOCKER.format(process=os.getpid(), seconds=0))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(server.getsockname())
        retire.retire(host, "a")
    assert "release a does not answer the waiting requests" in capsys.readouterr().err
    assert [" ".join(call.split()[:2]) for call in ended(host)] == ORDER


def test_a_web_server_that_has_ended_has_nobody_waiting(host: Host) -> None:
    host.program("docker", DOCKER.format(process=0, seconds=30))
    retire.retire(host, "a")
    assert [" ".join(call.split()[:2]) for call in ended(host)] == ORDER


def test_a_release_that_hears_nothing_is_stopped_by_its_unit(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    host.program("docker", "case $* in *' stop '*) echo 'no luck' >&2; exit 1;; esac")
    retire.retire(host, "a")
    assert "release a does not stop cleanly: docker compose" in capsys.readouterr().err
    assert [" ".join(call.split()[:2]) for call in ended(host)] == ORDER


def test_what_runs_on_is_a_failure(host: Host) -> None:
    host.program("docker", "case $* in *' down') echo 'no luck' >&2; exit 1;; esac")
    with pytest.raises(Failure, match="no luck"):
        retire.retire(host, "a")


def test_going_back_to_a_release_that_does_not_end_needs_nothing(host: Host) -> None:
    retire.cancel(host, "a")
    assert ended(host) == []
