"""What listens, and what must not."""

import json
import re
import uuid
from typing import Any

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings
from tests.site import Site, wait_until

LOOPBACK = ("127.", "[::1]")
Listener = tuple[str, str, int]  # tcp or udp, address, port

# The processes of Slipway's containers and Docker's own: what else listens is the host's.
OWN_PROCESSES = (
    "{ docker ps --quiet --filter label=com.docker.compose.project=%s"
    " | xargs --no-run-if-empty -n 1 docker top | awk 'NR > 1 && $2 ~ /^[0-9]+$/ { print $2 }';"
    " pgrep --exact 'dockerd|docker-proxy|containerd'; } | sort --unique"
)


def rows(host: Host) -> list[tuple[Listener, str, set[str]]]:
    """Everything that listens beyond the loopback: where, as ss names it, and which processes."""
    found = []
    shown = host.check_output("ss -H --tcp --udp --listening --numeric --processes")
    for line in shown.splitlines():
        kind, _, _, _, local, _, *program = line.split(None, 6)
        address, _, port = local.rpartition(":")
        if not address.startswith(LOOPBACK):
            pids = set(re.findall(r"pid=([0-9]+)", "".join(program)))
            found.append(((kind, address, int(port)), "".join(program), pids))
    return found


@pytest.fixture(scope="module")
def own(host: Host, release: str, notes: list[str]) -> set[Listener]:
    """Where Slipway listens, and Docker; what others open is told at the end."""
    projects = (layout.BASE_PROJECT, layout.RELEASE_PROJECT.format(release=release))
    pids = {pid for name in projects for pid in host.check_output(OWN_PROCESSES, name).split()}
    found = rows(host)
    notes += [
        f"{kind} {address}:{port} is open, by {program.strip() or 'the kernel'}"
        for (kind, address, port), program, by in found
        if not by & pids
    ]
    return {where for where, _, by in found if by & pids}


def addresses(host: Host) -> tuple[str, ...]:
    """What nginx listens on: every address of each family that the kernel has."""
    families = {"0.0.0.0": True, "[::]": host.file("/proc/net/if_inet6").exists}  # noqa: S104  as ss shows it
    return tuple(address for address, there in families.items() if there)


def test_nginx_listens_on_its_ports_and_nothing_of_slipway_on_any_other(
    host: Host, settings: Settings, own: set[Listener]
) -> None:
    wanted = {
        ("tcp", address, port)
        for address in addresses(host)
        for port in (settings.nginx.http_port, settings.nginx.https_port)
    }
    if settings.tls.http3:
        wanted |= {("udp", address, settings.nginx.https_port) for address in addresses(host)}
    assert own == wanted


def test_docker_publishes_no_port(containers: dict[str, dict[str, Any]]) -> None:
    for name, container in containers.items():
        assert not container["HostConfig"]["PortBindings"], name


def test_redis_is_in_a_network_of_the_application_alone(
    host: Host, settings: Settings, containers: dict[str, dict[str, Any]]
) -> None:
    if not settings.redis.enabled:
        assert not [name for name in containers if "redis" in name]
        return
    redis = containers[f"{layout.BASE_PROJECT}-redis-1"]
    assert list(redis["NetworkSettings"]["Networks"]) == [layout.REDIS_NETWORK]
    assert host.file(str(LAYOUT.redis_socket)).is_socket
    [network] = json.loads(host.check_output("docker network inspect %s", layout.REDIS_NETWORK))
    assert network["Internal"]
    joined = {one["Name"] for one in network["Containers"].values()}
    nginx = f"{layout.BASE_PROJECT}-nginx-1"
    assert set(containers) - {nginx} <= joined


def test_no_route_of_the_host_leads_to_redis(host: Host) -> None:
    shown = host.check_output("ip -4 address; ip -4 route show table all")
    assert layout.REDIS_SUBNET.rpartition(".")[0] not in shown


# What a client would seem to be if Docker carried its requests.
GATEWAYS = (
    "docker network inspect $(docker network ls --quiet)"
    " --format '{{range .IPAM.Config}}{{.Gateway}} {{end}}'"
)


def test_the_address_of_a_client_is_real(site: Site, host: Host) -> None:
    mark = f"where-from-{uuid.uuid4().hex}"
    site.ask(f"/?{mark}")
    found: list[str] = []

    def logged() -> bool:  # it reaches the journal by way of Docker
        command = "journalctl --quiet --output cat --since=-10min CONTAINER_NAME=%s"
        lines = host.check_output(command, f"{layout.BASE_PROJECT}-nginx-1").splitlines()
        found.extend(line.split()[0] for line in lines if mark in line)
        return bool(found)

    wait_until(logged, 30)
    assert found[0] not in host.check_output(GATEWAYS).split()
