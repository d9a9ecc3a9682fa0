"""One look at a host of which parts cannot be seen."""

import json
import os
from collections.abc import Iterator

import pytest

from infra.onhost.status import collect, render
from tests.support.onhost import Host, new_host, no_listener

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        host.program("systemctl")
        host.program("docker")
        host.certificate(days=10)
        yield host


def test_every_part_may_be_broken_and_the_rest_is_told(host: Host) -> None:
    """Each reason is one line, whatever the program said, and no other part is lost for it."""
    host.layout.current.symlink_to("a")
    host.program("docker", "printf 'Cannot connect\\nto Docker' >&2; exit 1")
    host.program("systemctl", "echo 'no bus' >&2; exit 1")
    host.layout.history.mkdir()
    host.layout.redis_socket.touch()
    (host.layout.secrets / "redis_password").mkdir()
    with no_listener() as port:
        found = collect.status(host.on_port(port))
    broken = ("containers", "queues", "units", "last")
    assert {part: found[part] for part in broken} == dict.fromkeys(broken)
    assert (found["release"], found["maintenance"]) == ("a", "off")
    assert found["certificate"]["days"] == 10.0
    for line in (
        "the containers: docker ps --all --filter: exit code 1: Cannot connect to Docker",
        f"the jobs: Redis does not answer: [Errno 21] Is a directory: '{host.layout.secrets}"
        "/redis_password'",
        "the units: systemctl list-units --failed --plain: exit code 1: no bus",
        f"the history: [Errno 21] Is a directory: '{host.layout.history}'",
    ):
        assert line in [one["text"] for one in found["attention"]]
    assert all(one["remedy"] for one in found["attention"])
    shown = render.status(json.loads(json.dumps(found)))
    assert "containers   unknown" in shown
    assert "jobs         unknown" in shown


def test_what_is_installed_is_told_when_what_nginx_read_cannot_be_had(host: Host) -> None:
    host.layout.virtual_hosts.write_bytes(b"\xff")  # which is no text
    with no_listener() as port:
        found = collect.status(host.on_port(port))
    assert (found["certificate"]["days"], found["certificate"]["fine"]) == (10.0, None)
    lines = [one["text"] for one in found["attention"]]
    [line] = [line for line in lines if line.startswith("the certificate")]
    assert line.startswith("the certificate's state: ")
