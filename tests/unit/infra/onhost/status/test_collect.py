"""One look at a host: what is found, and what of it a person should look at."""

import fcntl
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost import command, layout
from infra.onhost.certificates import store
from infra.onhost.releases import history
from infra.onhost.services import docker
from infra.onhost.status import collect, warn
from tests.support.onhost import DOMAIN, Host, config, entry, new_host, no_listener

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")

WELL: dict[str, Any] = {
    "release": "0123456789ab",
    "maintenance": "off",
    "containers": [
        {"name": "slipway-base-nginx-1", "health": "healthy", "state": "running"},
        {"name": "slipway-base-redis-1", "health": "healthy", "state": "running"},
        {"name": "slipway-0123456789ab-web-1", "health": "healthy", "state": "running"},
        {"name": "slipway-0123456789ab-worker-1", "health": "", "state": "running"},
    ],
    "certificate": {"fine": True, "problem": ""},
    "disk": {"used": 90, "total": 100},
    "queues": {"failed": 0, "memory": 70, "memory_limit": 100},
    "units": [],
    "last": {"release": "0123456789ab", "result": "live"},
}


def container(health: str, state: str) -> dict[str, Any]:
    """One more, of this state."""
    other = {"name": "one", "health": health, "state": state}
    return {"containers": [*WELL["containers"], other]}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"last": {}},  # no release yet, or none that is remembered
        {"last": {"release": "a", "result": "under way"}},
        {"queues": {"failed": 0, "memory": 100, "memory_limit": 0}},  # without a limit
    ],
)
def test_a_host_that_is_well_needs_no_attention(change: dict[str, Any]) -> None:
    assert warn.lines(WELL | change) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"release": ""}, "no release is live"),
        ({"maintenance": "on"}, "maintenance is on: visitors get 503"),
        (container("unhealthy", "running"), "one is unhealthy"),
        (container("starting", "running"), "one is starting"),
        (container("", "exited"), "one is exited"),
        ({"containers": WELL["containers"][:3]}, "there is no container of worker"),
        (container("", "restarting"), "one is restarting"),
        (
            {"certificate": {"fine": False, "problem": "not fresh, not served"}},
            "the certificate: not fresh, not served",
        ),
        ({"disk": {"used": 91, "total": 100}}, "the disk is nearly full"),
        ({"queues": WELL["queues"] | {"failed": 2}}, "2 jobs have failed"),
        (
            {"queues": WELL["queues"] | {"unserved": {"other": 3}}},
            "3 jobs wait in the queue other, which no worker takes from",
        ),
        (
            {"queues": WELL["queues"] | {"memory": 71}},
            "Redis is nearly full: at its limit jobs are refused",
        ),
        (
            {"units": ["slipway-certificate.service loaded failed failed Slipway certificate"]},
            "a unit has failed: slipway-certificate.service",
        ),
        (
            {"last": {"release": "ba98", "result": "refused"}},
            "the last release, ba98, was refused",
        ),
        (
            {"last": {"release": "ba98", "result": "interrupted"}},
            "the last release, ba98, was interrupted",
        ),
    ],
)
def test_what_is_amiss_is_said_in_a_line(change: dict[str, Any], line: str) -> None:
    assert warn.lines(WELL | change) == [line]


@pytest.mark.parametrize(
    "part", ["containers", "certificate", "queues", "disk", "memory", "units", "last"]
)
def test_a_part_that_could_not_be_had_hides_no_other(part: str) -> None:
    given = WELL | container("unhealthy", "running") | {"maintenance": "on", part: None}
    lines = ["maintenance is on: visitors get 503", "one is unhealthy"]
    assert warn.lines(given) == (lines[:1] if part == "containers" else lines)


def test_everything_that_is_amiss_is_said() -> None:
    given = WELL | container("unhealthy", "running") | {"release": "", "units": ["a x", "b y"]}
    assert warn.lines(given) == [
        "no release is live",
        "one is unhealthy",
        "a unit has failed: a",
        "a unit has failed: b",
    ]


def line(name: str, words: str) -> str:
    """What `docker ps` says of a container."""
    state = "exited" if words.startswith("Exited") else "running"
    return json.dumps({"ID": f"id of {name}", "Names": name, "State": state, "Status": words})


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
    layout.CURRENT.symlink_to("a")
    (layout.SECRETS / "redis_password").touch()
    host.certificate(days=10)
    history.write(entry("a"))
    history.write(entry("b", result=history.REFUSED))
    with no_listener() as port, command.lock("a test"):
        found = collect.status(config(port))
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
    assert [line for line in found["attention"] if "disk" not in line] == [
        "the jobs: Redis does not answer: [Errno 2] No such file or directory",
        "web is exited",
        *(f"there is no container of {service}" for service in warn.SERVICES),
        "the certificate: not issued, not fresh, not installed, not loaded, not served:"
        " slipway certificate-renew says why",
        "a unit has failed: a.service",
        "the last release, b, was refused",
    ]


@pytest.mark.usefixtures("host")
def test_who_deploys_is_named_while_nothing_is_switched() -> None:
    layout.DEPLOY_LOCK.write_text("deploy by me@laptop, since now\n")
    assert collect.status(config())["switch"] == ""
    with layout.DEPLOY_LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert collect.status(config())["switch"] == "deploy by me@laptop, since now"


def test_a_host_before_its_first_release_can_be_looked_at(host: Host) -> None:
    host.program("systemctl")
    with no_listener() as port:
        found = collect.status(config(port))
    assert (found["release"], found["switch"], found["last"]) == ("", "", {})
    assert found["certificate"] is None
    assert str(store.chain(DOMAIN)) in found["attention"][0]
    assert "no release is live" in found["attention"]
