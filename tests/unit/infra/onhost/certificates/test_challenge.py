"""Whether a CA's challenge would be answered: real requests to a real server of the webroot."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.certificates import challenge
from tests.support.onhost import DOMAIN, Host, new_host, no_listener
from tests.support.onhost.servers import Folder, folder_over_http

HERE = "127.0.0.1"
SKIP = "(or set certificate.check_names to False to skip this check)"
# Of docker's words only what runs in the container is done, and here.
DOCKER = """case $1 in
network) echo host; echo bridge;;
inspect) echo sha256:0123;;
run) while [ "$1" != --entrypoint ]; do shift; done; entry=$2; shift 3; exec $entry "$@";;
esac"""


def links(*addresses: tuple[str, str, str]) -> str:
    """What `ip` says of interfaces with an address and its scope."""
    listed = [
        {"ifname": name, "addr_info": [{"local": address, "scope": scope}]}
        for name, address, scope in addresses
    ]
    return json.dumps([*listed, {"ifname": "eth9", "addr_info": []}])


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose own address is this machine's loopback, without Docker's bridge."""
    with new_host() as host:
        host.layout.webroot.mkdir(parents=True)
        own = links(("lo", HERE, "host"), ("eth0", "192.0.2.1", "global"))
        host.program("ip", f"echo '{own}'")
        host.program("docker", "case $1 in network) echo host;; esac")
        yield host


@pytest.fixture
def webroot(host: Host) -> Iterator[Folder]:
    """The host's webroot, served as it shall be."""
    with folder_over_http(host.layout.webroot) as served:
        yield served


def left(host: Host) -> list[str]:
    """What stands in the webroot."""
    return [path.name for path in (host.layout.webroot / challenge.FOLDER).iterdir()]


def test_a_name_whose_address_answers_with_the_webroot_is_fine(host: Host, webroot: Folder) -> None:
    assert challenge.problems(host.changed(http_port=webroot.port), {DOMAIN: [HERE]}) == []
    assert webroot.hosts == [DOMAIN]
    assert left(host) == []


def test_each_name_and_each_address_is_asked(host: Host, webroot: Folder) -> None:
    names = {DOMAIN: [HERE, HERE], "www.example.org": [HERE]}
    assert challenge.problems(host.changed(http_port=webroot.port), names) == []
    assert sorted(webroot.hosts) == [DOMAIN, DOMAIN, "www.example.org"]


def test_a_name_that_leads_nowhere_is_told_where_to_lead(host: Host) -> None:
    assert challenge.problems(host, {DOMAIN: []}) == [
        f"{DOMAIN}: does not resolve: create an A record that points to 192.0.2.1"
    ]


def test_a_port_that_does_not_answer_is_told(host: Host) -> None:
    with no_listener() as port:
        assert challenge.problems(host.changed(http_port=port), {DOMAIN: [HERE]}) == [
            f"{DOMAIN}: the A record {HERE} is an address of this host, but port 80 there does not"
            f" serve the webroot: open the port in the firewall {SKIP}"
        ]
    assert left(host) == []


def test_another_site_on_the_port_is_no_answer(host: Host) -> None:
    with folder_over_http(host.layout.state) as other:
        [problem] = challenge.problems(host.changed(http_port=other.port), {HERE: [HERE]})
    assert problem.startswith(
        f"{HERE} is an address of this host, but port 80 there does not serve"
    )
    assert other.hosts == [HERE]


def test_an_address_that_is_not_the_host_s_is_asked_at_the_port_that_a_ca_asks(
    host: Host, webroot: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.program("ip", f"echo '{links(('eth0', '192.0.2.1', 'global'))}'")
    monkeypatch.setattr(challenge, "PORT", webroot.port)
    # It leads here by NAT.
    assert challenge.problems(host.changed(http_port=1), {DOMAIN: [HERE]}) == []
    with no_listener() as port:
        monkeypatch.setattr(challenge, "PORT", port)
        assert challenge.problems(host.changed(http_port=1), {DOMAIN: [HERE]}) == [
            f"{DOMAIN}: the A record {HERE} is not an address of this host (192.0.2.1), and port"
            f" {port} there does not lead to this host: correct the record, or forward the port"
            f" {SKIP}"
        ]


def test_a_record_of_another_kind_is_called_by_its_name(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_listener() as port:
        monkeypatch.setattr(challenge, "PORT", port)
        [problem] = challenge.problems(host, {DOMAIN: ["::1"]})
    assert problem.startswith(
        f"{DOMAIN}: the AAAA record ::1 is not an address of this host (192.0.2.1)"
    )


def test_with_docker_s_bridge_the_host_is_asked_as_by_a_stranger(
    host: Host, webroot: Folder
) -> None:
    host.program("docker", DOCKER)
    assert challenge.problems(host.changed(http_port=webroot.port), {DOMAIN: [HERE]}) == []
    assert webroot.hosts == [DOMAIN]
    assert [call for call in host.called() if " --network bridge " in call]
    with no_listener() as port:
        [problem] = challenge.problems(host.changed(http_port=port), {DOMAIN: [HERE]})
    assert "does not serve the webroot" in problem


def test_what_a_killed_run_left_in_the_webroot_goes(host: Host, webroot: Folder) -> None:
    folder = host.layout.webroot / challenge.FOLDER
    folder.mkdir(parents=True)
    for name, age in (("slipway-old", 7200), ("slipway-of-another-run", 10), ("of-certbot", 7200)):
        (folder / name).touch()
        os.utime(folder / name, (0, time.time() - age))
    assert challenge.problems(host.changed(http_port=webroot.port), {DOMAIN: [HERE]}) == []
    assert sorted(left(host)) == ["of-certbot", "slipway-of-another-run"]


def test_the_addresses_of_containers_bridges_and_of_loopback_are_not_public(host: Host) -> None:
    own: list[Any] = [
        ("lo", HERE, "host"),
        ("eth0", "192.0.2.1", "global"),
        ("eth0", "fe80::1", "link"),
        ("docker0", "172.17.0.1", "global"),
        ("br-0123", "172.18.0.1", "global"),
        ("br", "192.0.2.2", "global"),
    ]
    host.program("ip", f"echo '{links(*own)}'")
    found = challenge.own_addresses()
    assert [address for address, public in found.items() if public] == ["192.0.2.1", "192.0.2.2"]
    assert len(found) == len(own)
