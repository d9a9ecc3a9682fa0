"""What listens, and what must not."""

import uuid
from typing import Any

from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings
from tests.site import Site, wait_until

LOOPBACK = ("127.", "[::1]")


def listening(host: Host) -> dict[int, str]:
    """The ports that others can reach, with the program behind each."""
    shown = host.check_output("ss -H --tcp --listening --numeric --processes")
    rows = [line.split(None, 5) for line in shown.splitlines()]
    outside = [row for row in rows if not row[3].startswith(LOOPBACK)]
    return {int(row[3].rpartition(":")[2]): row[5] for row in outside}


def test_nginx_listens_on_both_ports_by_ipv4_and_ipv6(host: Host, settings: Settings) -> None:
    for port in (settings.nginx.http_port, settings.nginx.https_port):
        assert host.socket(f"tcp://0.0.0.0:{port}").is_listening
        assert host.socket(f"tcp://:::{port}").is_listening
        assert "nginx" in listening(host)[port]


def test_nginx_listens_for_http_3_if_it_is_offered(host: Host, settings: Settings) -> None:
    shown = host.check_output("ss -H --udp --listening --numeric --processes")
    ours = [line for line in shown.splitlines() if f":{settings.nginx.https_port} " in line]
    families = {line.split()[3].rpartition(":")[0] for line in ours if "nginx" in line}
    assert families == ({"0.0.0.0", "[::]"} if settings.tls.http3 else set())  # noqa: S104  as ss shows it


def test_nothing_but_nginx_and_ssh_can_be_reached(host: Host, settings: Settings) -> None:
    ours = {settings.nginx.http_port, settings.nginx.https_port}
    others = {port: program for port, program in listening(host).items() if port not in ours}
    assert all("sshd" in program for program in others.values()), others


def test_docker_publishes_no_port(containers: dict[str, dict[str, Any]]) -> None:
    for name, container in containers.items():
        assert not container["HostConfig"]["PortBindings"], name


def test_redis_has_no_network_at_all(host: Host, containers: dict[str, dict[str, Any]]) -> None:
    redis = containers[f"{layout.BASE_PROJECT}-redis-1"]
    assert redis["HostConfig"]["NetworkMode"] == "none"
    assert host.file(str(LAYOUT.redis_socket)).is_socket
    assert "redis" not in host.check_output("ss -H --tcp --listening --processes")


def test_the_address_of_a_client_is_real(site: Site, host: Host) -> None:
    mark = f"where-from-{uuid.uuid4().hex}"
    site.ask(f"/healthz?{mark}")
    found: list[str] = []

    def logged() -> bool:  # it reaches the journal by way of Docker
        command = "journalctl --quiet --output cat --since=-10min CONTAINER_NAME=%s"
        lines = host.check_output(command, f"{layout.BASE_PROJECT}-nginx-1").splitlines()
        found.extend(line.split()[0] for line in lines if mark in line)
        return bool(found)

    wait_until(logged, 30)
    assert not found[0].startswith(("127.", "172."))
