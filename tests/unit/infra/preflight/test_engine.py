"""Which Docker can be the engine, and which is refused before anything changes."""

import json
from typing import Any

import pytest

from infra.facts.engine import Engine
from infra.preflight import machine
from infra.preflight.engine import DISTRIBUTION, packages, refusals, version

WANTED: dict[str, Any] = {"live-restore": True}
FILE = "/etc/docker/daemon.json"
DEBIAN: dict[str, Any] = {
    "packages": {"docker.io": "26.1.5+dfsg1-9", "docker-compose": "2.26.1-4"},
    "programs": {"docker": "/usr/bin/docker", "dockerd": "/usr/sbin/dockerd"},
    "versions": {"engine": "26.1.5+dfsg1", "compose": "2.26.1-4", "buildx": "0.13.1"},
    "info": {"swarm": "inactive", "root": "/var/lib/docker", "context": "default"},
}
CE: dict[str, Any] = DEBIAN | {
    "packages": {"docker-ce": "5:28.5.1-1~debian.13", "docker-compose-plugin": "2.40"},
    "programs": {"docker": "/usr/bin/docker", "dockerd": "/usr/bin/dockerd"},
    "versions": {"engine": "28.5.1", "compose": "2.40.0", "buildx": "v0.29.1"},
}


def refused(engine: dict[str, Any], wanted: dict[str, Any] = WANTED, **changes: Any) -> list[str]:
    return refusals(Engine(**(engine | changes)), wanted, (80, 443))


def configured(**keys: Any) -> list[str]:
    return refused(DEBIAN, configuration=json.dumps(keys))


def test_no_docker_debian_s_and_docker_s_own_are_let_through() -> None:
    assert refused({}) == refused(DEBIAN) == refused(CE) == []


def test_docker_s_own_packages_stay_and_debian_s_are_not_installed_beside_them() -> None:
    mine = packages(Engine(**CE), "debian")
    assert not [name for name in mine if "docker" in name]
    assert {"docker.io", "docker-compose", *mine} < set(packages(Engine(), "debian"))


def test_every_distribution_that_is_let_through_has_its_packages() -> None:
    assert {name for name, _ in machine.TESTED | machine.LIKELY} == DISTRIBUTION.keys()


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("26.1.5+dfsg1", (26, 1, 5)),
        ("5:27.0.3-1~debian.13", (27, 0, 3)),
        ("v2.20.2", (2, 20, 2)),
        ("2.26.1-4", (2, 26, 1)),
    ],
)
def test_versions_are_read_as_their_packages_write_them(
    said: str, numbers: tuple[int, ...]
) -> None:
    assert version(said) == numbers


@pytest.mark.parametrize(
    ("engine", "line"),
    [
        (
            {"packages": {"podman-docker": "5.4"}, "programs": {"docker": "/usr/bin/docker"}},
            "the command docker is Podman's: remove the package podman-docker",
        ),
        (
            {"programs": {"snap": "/snap/bin/docker", "dockerd": "/snap/bin/dockerd"}},
            "Docker is a snap here: remove it, with snap remove docker",
        ),
        (
            {"programs": {"dockerd": "/usr/local/bin/dockerd"}},
            "/usr/local/bin/dockerd is of no Debian package: remove this Docker,"
            " or install docker-ce",
        ),
        (
            CE | {"versions": CE["versions"] | {"engine": "24.0.7"}},
            "Docker's engine is 24.0.7, Slipway needs 25.0.0: upgrade it",
        ),
        (
            CE | {"versions": {"engine": "28.5.1", "buildx": "v0.29.1"}},
            "docker-ce is here without compose: install the package docker-compose-plugin",
        ),
        (
            DEBIAN | {"masked": ["docker.socket"]},
            "docker.socket is masked: run systemctl unmask docker.socket",
        ),
        (
            DEBIAN | {"flags": {"live-restore": ""}},
            f"dockerd is started with --live-restore: write it into {FILE}, and remove the flag",
        ),
        (
            DEBIAN | {"flags": {"iptables": "false", "host": "fd://"}},
            f"dockerd is started with --iptables: write it into {FILE}, and remove the flag",
        ),
        (
            DEBIAN | {"info": {"swarm": "active"}},
            "Docker is a node of a swarm, where live-restore does not work:"
            " let it leave, with docker swarm leave",
        ),
        (
            DEBIAN | {"info": {"context": "remote"}},
            "root's docker uses the context remote: run docker context use default as root",
        ),
        (
            DEBIAN | {"published": {"80": "proxy", "8080": "other"}},
            "port 80 is published by the container proxy: remove it, or set"
            " nginx.http_port and nginx.https_port",
        ),
        (
            DEBIAN | {"configuration": "{"},
            f"{FILE} is not JSON (Expecting property name enclosed in double quotes:"
            " line 1 column 2 (char 1)): correct it",
        ),
    ],
)
def test_what_cannot_be_the_engine_is_refused_with_what_to_do(
    engine: dict[str, Any], line: str
) -> None:
    assert refused(engine) == [line]


@pytest.mark.parametrize("key", ["live-restore", "iptables", "ip-forward", "ip-masq"])
def test_a_key_that_takes_the_containers_something_is_refused(key: str) -> None:
    [line] = configured(**{key: False})
    assert line.startswith(f'{FILE} has "{key}": false, and containers')
    assert configured(**{key: True}) == []


def test_keys_that_contradict_nothing_are_let_through() -> None:
    assert configured(mtu=1400, bip="10.9.0.1/24", dns=["10.0.0.1"], icc=False) == []
    assert configured(**{"log-driver": "syslog", "data-root": "/srv", "bridge": "br0"}) == []


def test_a_bridge_and_users_that_containers_cannot_live_with_are_refused() -> None:
    assert len(configured(bridge="none")) == len(configured(**{"userns-remap": "default"})) == 1


def test_data_are_not_left_behind_at_another_place() -> None:
    wanted = WANTED | {"data-root": "/srv/docker"}
    [line] = refused(DEBIAN, wanted, configuration='{"data-root": "/var/lib/other"}')
    assert line == (
        f'{FILE} has "data-root": "/var/lib/other", and docker.data_root is /srv/docker:'
        " set docker.data_root to /var/lib/other, or leave it out"
    )
    [line] = refused(DEBIAN, wanted)
    assert line.startswith("Docker keeps its data in /var/lib/docker, and docker.data_root is")
    assert refused(DEBIAN, wanted, configuration='{"data-root": "/srv/docker"}',
                   info={"root": "/srv/docker"}) == []  # fmt: skip
