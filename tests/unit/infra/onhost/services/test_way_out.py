"""The containers' way out, by what docker and iptables say; the faults take it away on a host."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.command import Failure
from infra.onhost.services import way_out
from tests.support.onhost import Host, new_host

BRIDGE = {"Name": "bridge", "Internal": False, "Options": {}, "Subnet": "172.17.0.0/24"}
RELEASE = {"Name": "a_default", "Internal": False, "Options": {}, "Subnet": "172.17.1.0/24"}
CLOSED = {"Name": "closed", "Internal": True, "Options": {}, "Subnet": "172.17.2.0/24"}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Host]:
    """A host with two networks that have a way out, and one that has none on purpose."""
    forwarding = tmp_path / "ip_forward"
    forwarding.write_text("1\n")
    monkeypatch.setattr(way_out, "FORWARDING", forwarding)
    with new_host() as host:
        shown = [
            network | {"IPAM": {"Config": [{"Subnet": network["Subnet"]}, {"Subnet": "fd00::/64"}]}}
            for network in (BRIDGE, RELEASE, CLOSED)
        ]
        (host.root / "networks").write_text(json.dumps(shown))
        host.program(
            "docker",
            f'case "$*" in *inspect*) cat {host.root}/networks;; *ls*) echo a b c;;'
            ' *) echo {"FirewallBackend":{"Driver":"iptables"}};; esac',
        )
        host.program("systemctl", f"cp {host.root}/whole {host.root}/rules")
        host.program(
            "iptables", f'case "$*" in *nat*) cat {host.root}/rules;; *) echo DOCKER;; esac'
        )
        rules(host, "whole", "172.17.0.0/24", "172.17.1.0/24")
        rules(host, "rules", "172.17.0.0/24", "172.17.1.0/24")
        yield host


def rules(host: Host, name: str, *subnets: str) -> None:
    lines = [f"-A POSTROUTING -s {subnet} ! -o br-0 -j MASQUERADE" for subnet in subnets]
    (host.root / name).write_text("\n".join(["-P POSTROUTING ACCEPT", *lines, ""]))


def test_a_host_as_dockerd_made_it_is_left_alone(host: Host) -> None:
    assert way_out.state() == {"open": True}
    way_out.mend()
    assert not any("restart" in call for call in host.called())


@pytest.mark.parametrize("left", [(), ("172.17.0.0/24",)])
def test_lost_rules_are_told_and_made_again(host: Host, left: tuple[str, ...]) -> None:
    rules(host, "rules", *left)
    assert "firewall are gone" in way_out.problem()
    way_out.mend()
    assert way_out.problem() == ""
    assert "systemctl restart docker" in host.called()


def test_a_way_out_that_stays_closed_is_a_failure(host: Host) -> None:
    rules(host, "whole")
    rules(host, "rules")
    with pytest.raises(Failure, match="also after a restart of dockerd"):
        way_out.mend()


@pytest.mark.usefixtures("host")
def test_a_kernel_that_forwards_nothing_is_told() -> None:
    way_out.FORWARDING.write_text("0\n")
    assert "ip_forward is 0" in way_out.problem()
