"""One look at a host: all that is found, and what of it needs attention."""

import fcntl
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost import locks
from infra.onhost.certificates import store
from infra.onhost.releases import history
from infra.onhost.services import docker
from infra.onhost.status import collect, warn
from tests.support.onhost import DOMAIN, Host, entry, new_host, no_listener

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


def line(name: str, words: str) -> str:
    """What `docker ps` says of a container."""
    state = "exited" if words.startswith("Exited") else "running"
    return json.dumps({"ID": f"id of {name}", "Names": name, "State": state, "Status": words})


def texts(found: dict[str, Any]) -> list[str]:
    """What needs attention."""
    return [one["text"] for one in found["attention"]]


@pytest.fixture
def host() -> Iterator[Host]:
    """A host of two projects, on which nothing has failed but its web container and a unit."""
    with new_host() as host:
        base, web = line("nginx", "Up 3 days (healthy)"), line("web", "Exited (1) 2 seconds ago")
        host.program(
            "docker",
            f"case $* in *slipway-base*) echo '{base}';; *slipway-a*) echo '{web}';; esac",
        )
        host.program("systemctl", "echo 'a.service loaded failed failed A'")
        host.release("a")
        yield host


def test_the_containers_of_the_base_and_of_the_current_release_are_listed(host: Host) -> None:
    base = {
        "id": "id of nginx",
        "project": "slipway-base",
        "name": "nginx",
        "state": "running",
        "health": "healthy",
        "status": "Up 3 days (healthy)",
    }
    web = {
        "id": "id of web",
        "project": "slipway-a",
        "name": "web",
        "state": "exited",
        "health": "",
        "status": "Exited (1) 2 seconds ago",
    }
    assert docker.listed("a") == [base, web]
    assert docker.listed("") == [base]
    label = "docker ps --all --filter label=com.docker.compose.project="
    projects = ["slipway-base", "slipway-a", "slipway-base"]
    assert host.called() == [f"{label}{project} --format json" for project in projects]


@needs_root
def test_one_look_finds_everything(host: Host) -> None:
    host.layout.current.symlink_to("a")
    (host.layout.secrets / "redis_password").touch()
    host.certificate(days=10)
    history.write(host, entry("a"))
    history.write(host, entry("b", result=history.REFUSED))
    with (
        no_listener() as https,
        no_listener() as http,
        locks.lock(host.layout.lock, "a test"),
    ):
        ports = (https, http)
        found = collect.status(host.changed(https_port=https, http_port=http))
    assert found["site"] is False
    assert found["release"] == "a"
    assert found["switch"].startswith("a test, process ")
    assert [container["name"] for container in found["containers"]] == ["nginx", "web"]
    assert found["last"] == {"release": "b", "result": "refused"}
    shown = found["certificate"]
    assert (shown["days"], shown["lifetime"], shown["source"]) == (10.0, 10.0, "acme")
    assert shown["names"] == [DOMAIN]
    assert 0 < found["memory"]["used"] < found["memory"]["total"]
    assert 0 < found["disk"]["used"] < found["disk"]["total"]
    assert json.loads(json.dumps(found)) == found  # it is told as JSON too
    assert found["queues"] is None
    assert [line for line in texts(found) if "disk" not in line] == [
        "the jobs: Redis does not answer: [Errno 2] No such file or directory",
        *(f"nobody listens on port {port}" for port in ports),
        "web is exited",
        *(f"there is no container of {service}" for service in (*warn.SERVICES, "redis", "worker")),
        "the certificate: not issued, not fresh, not installed, not loaded, not served",
        "a unit has failed: a.service",
        "the last release, b, was refused",
    ]


def test_who_deploys_is_named_while_nothing_is_switched(host: Host) -> None:
    lock = host.layout.deploy_lock
    lock.write_text("deploy by me@laptop, since now\n")
    with no_listener() as port, lock.open() as held:
        assert collect.status(host.on_port(port))["switch"] == ""
        fcntl.flock(held, fcntl.LOCK_EX)
        assert collect.status(host.on_port(port))["switch"] == "deploy by me@laptop, since now"


def test_a_host_before_its_first_release_can_be_looked_at(host: Host) -> None:
    host.program("systemctl")
    with no_listener() as port:
        found = collect.status(host.on_port(port))
    assert (found["release"], found["switch"], found["last"]) == ("", "", {})
    assert found["certificate"] is None
    assert str(store.chain(host, DOMAIN)) in texts(found)[0]
    assert "no release is live" in texts(found)
    assert all(one["remedy"] for one in found["attention"])
