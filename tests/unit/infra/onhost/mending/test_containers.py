"""What Docker is told for each container that is not as it shall be."""

from typing import Any

import pytest

from infra.onhost.mending import containers
from tests.support.onhost import Host
from tests.support.onhost.docker_engine import docker_engine
from tests.unit.infra.onhost.running.test_containers import WHOLE, container, host
from tests.unit.infra.onhost.running.test_rights import CONTAINER

__all__ = ["host"]  # the fixture
ASKING = ("docker compose", "docker ps")
LIMITS = "--memory 134217728 --memory-swap 134217728 --pids-limit 256 --restart unless-stopped"


def mended(host: Host, *found: dict[str, Any]) -> tuple[set[str], list[str]]:
    """The services that need another container, and what Docker was told."""
    with docker_engine(host.layout, *found):
        others = containers.in_place(host, host.layout.base)
    return others, [call for call in host.called() if not call.startswith(ASKING)]


def limited(**values: object) -> dict[str, Any]:
    return WHOLE[0] | {"HostConfig": CONTAINER["HostConfig"] | values}


def test_what_is_right_is_left_alone(host: Host) -> None:
    assert mended(host, *WHOLE) == (set(), [])


def test_a_paused_container_goes_on_and_is_waited_for(host: Host) -> None:
    file = (host.root / "programs" / "docker").read_text().split(chr(10), 2)[2]
    host.program("docker", f"case $1 in inspect) echo healthy; exit;; esac; {file}")
    paused = WHOLE[0] | {"State": WHOLE[0]["State"] | {"Paused": True}}
    others, told = mended(host, paused, *WHOLE[1:])
    assert others == set()
    assert [call.split()[1] for call in told] == ["unpause", "inspect"]


@pytest.mark.parametrize(
    ("nginx", "told"),
    [
        (limited(Memory=1), f"update {LIMITS} nginx1"),
        (limited(RestartPolicy={"Name": "no"}, PidsLimit=0), f"update {LIMITS} nginx1"),
        (WHOLE[0] | {"Name": "/mine"}, "rename nginx1 slipway-base-nginx-1"),
    ],
)
def test_what_can_be_set_while_it_runs_is(host: Host, nginx: dict[str, Any], told: str) -> None:
    assert mended(host, nginx, *WHOLE[1:]) == (set(), [f"docker {told}"])


@pytest.mark.parametrize(
    "nginx", [limited(CapAdd=["ALL"]), limited(Memory=1, Init=False), WHOLE[0] | {"Image": "x"}]
)
def test_what_cannot_needs_another_container(host: Host, nginx: dict[str, Any]) -> None:
    assert mended(host, nginx, *WHOLE[1:]) == ({"nginx"}, [])


def test_a_container_too_many_is_stopped_and_removed(host: Host) -> None:
    told = ["docker stop redis3", "docker rm --force redis3"]
    assert mended(host, *WHOLE, container("redis", 3)) == (set(), told)


def test_limits_that_docker_cannot_set_need_another_container(host: Host) -> None:
    file = (host.root / "programs" / "docker").read_text()
    host.program("docker", f"case $1 in update) exit 1;; esac; {file.split(chr(10), 2)[2]}")
    assert mended(host, limited(Memory=1), *WHOLE[1:])[0] == {"nginx"}
