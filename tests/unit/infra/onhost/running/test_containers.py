"""The containers of a compose project: missing, stopped, changed, or too many."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.running import containers, rights
from tests.support.onhost import Host, new_host
from tests.support.onhost.docker_engine import docker_engine
from tests.unit.infra.onhost.running.test_rights import CONTAINER, SERVICE

BUILT = "sha256:built"
CONFIG = {
    "name": "slipway-base",
    "services": {
        "nginx": SERVICE | {"image": "slipway/nginx:1"},
        "redis": SERVICE | {"image": "slipway/redis:1", "deploy": {"replicas": 2}},
        "never": SERVICE | {"profiles": ["on demand"]},
    },
    "networks": {"default": {"name": "slipway-r1_default"}},
    "volumes": {"data": {"name": "kept"}},
    "secrets": {"key": {"file": "/r/secrets/key"}},
}


def container(service: str, number: int = 1, **labels: str) -> dict[str, Any]:
    """A container that is as it shall be."""
    words = {"service": service, "container-number": str(number), "config-hash": f"of-{service}"}
    known = {f"{containers.LABEL}.{name}": value for name, value in (words | labels).items()}
    return copy.deepcopy(CONTAINER) | {
        "Id": f"{service}{number}",
        "Name": f"/slipway-base-{service}-{number}",
        "Image": BUILT,
        "Config": {"User": "10001:10001", "Labels": known},
        "State": {"Pid": 7, "Running": True, "Paused": False, "Restarting": False, "Status": "x"},
    }


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host with the compose file of nginx and Redis, and the ids that were built."""
    with new_host() as host:
        host.layout.base_compose.parent.mkdir(parents=True)
        host.layout.base_compose.write_text("services: {}")
        (host.root / "config.json").write_text(json.dumps(CONFIG))
        hashes = "echo nginx of-nginx; echo redis of-redis; echo never of-never"
        config = f"cat {host.root}/config.json"
        host.program("docker", f"case $* in *--hash*) {hashes};; *) {config};; esac")
        host.layout.images.mkdir(parents=True)
        for name in ("nginx:1", "redis:1"):
            (host.layout.images / name).write_text(f"{BUILT}\n")
        # The processes of these containers are nobody's here.
        monkeypatch.setattr(rights, "held_by_the_kernel", lambda _: {})
        yield host


def said(host: Host, *found: dict[str, Any]) -> list[str]:
    """The differences when Docker has these containers."""
    with docker_engine(host.layout, *found):
        return [str(one) for one in containers.of_base(host)]


WHOLE = (container("nginx"), container("redis"), container("redis", 2))


def test_containers_of_their_compose_file_are_right_and_compose_is_asked_once(host: Host) -> None:
    assert said(host, *WHOLE) == []
    assert said(host, *WHOLE) == []
    assert len([call for call in host.called() if "config" in call]) == 2  # the file, and hashes


def test_another_compose_file_is_read_again(host: Host) -> None:
    said(host)
    host.layout.base_compose.write_text("services: {other: {}}")
    said(host)
    assert len([call for call in host.called() if "config" in call]) == 4


def test_each_container_that_is_missing_is_named(host: Host) -> None:
    assert said(host, container("redis")) == [
        "slipway-base-nginx has no container",
        "slipway-base-redis has no container",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"State": WHOLE[0]["State"] | {"Paused": True}}, "is paused"),
        ({"State": WHOLE[0]["State"] | {"Restarting": True}}, "crashes again and again"),
        ({"State": WHOLE[0]["State"] | {"Running": False}}, "does not run: it is x"),
        ({"Image": "sha256:other"}, "runs another image than slipway/nginx:1"),
        ({"HostConfig": CONTAINER["HostConfig"] | {"Memory": 1}}, "has Memory 1, not 134217728"),
    ],
)
def test_what_a_container_has_otherwise_is_named(
    host: Host, change: dict[str, Any], told: str
) -> None:
    changed = WHOLE[0] | change
    assert said(host, changed, *WHOLE[1:]) == [f"slipway-base-nginx-1 {told}"]


def test_a_container_of_another_file_or_name_is_named(host: Host) -> None:
    other = container("nginx", 1, **{"config-hash": "of before"})
    assert said(host, other | {"Name": "/mine"}, *WHOLE[1:]) == [
        "mine shall be called slipway-base-nginx-1",
        "mine was made from another compose file",
    ]


def test_a_container_too_many_is_named_and_one_for_a_single_command_is_not(host: Host) -> None:
    found = (container("nginx", 2), container("x"), container("redis", 3, oneoff="True"))
    assert said(host, *WHOLE, *found) == [
        "slipway-base-nginx-2 is one too many",
        "slipway-base-x-1 is not in its compose file",
    ]


def test_a_worker_that_ends_after_its_job_is_none_too_many(host: Host) -> None:
    host.layout.draining_workers.write_text("redis3:7\n")
    assert said(host, *WHOLE, container("redis", 3)) == []
