"""Which subnet, which address, which name: decided without touching the network."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lab import network
from lab.paths import Clone
from lab.progress import LabError
from lab.surroundings import dns


def networks(*texts: str) -> list[IPv4Network]:
    return [IPv4Network(text) for text in texts]


def test_the_first_subnet_is_taken_where_nothing_is_in_the_way() -> None:
    assert network.choose_subnet([]) == IPv4Network("10.213.0.0/24")


@pytest.mark.parametrize("route", ["10.213.0.0/24", "10.213.0.128/25", "10.213.0.7/32"])
def test_a_subnet_that_a_route_has_a_part_of_is_passed_over(route: str) -> None:
    assert network.choose_subnet(networks(route)) == IPv4Network("10.213.1.0/24")


def test_the_default_route_takes_no_subnet() -> None:
    assert network.choose_subnet(networks("0.0.0.0/0")) == IPv4Network("10.213.0.0/24")


def test_a_route_to_all_private_addresses_is_said_to_leave_none() -> None:
    with pytest.raises(LabError, match="no free subnet"):
        network.choose_subnet(networks("10.0.0.0/8"))


def test_routes_to_hosts_and_networks_are_read_alike() -> None:
    assert network.parse_route("192.0.2.1") == IPv4Network("192.0.2.1/32")
    assert network.parse_route("192.0.2.0/24") == IPv4Network("192.0.2.0/24")
    assert network.parse_route("default") is None


def test_an_address_that_was_just_given_up_is_not_given_again() -> None:
    subnet = IPv4Network("10.213.4.0/24")
    assert network.choose_address(subnet, [], None) == "10.213.4.10"
    assert network.choose_address(subnet, [], "10.213.4.10") == "10.213.4.11"
    assert network.choose_address(subnet, ["10.213.4.11"], "10.213.4.10") == "10.213.4.12"


def test_after_the_last_address_comes_the_first_free_one() -> None:
    subnet = IPv4Network("10.213.4.0/24")
    assert network.choose_address(subnet, ["10.213.4.10"], "10.213.4.254") == "10.213.4.11"


LATEST_FIRST = [("b", "a.slipway.test", "10.213.0.11"), ("a", "a.slipway.test", "10.213.0.10")]


def test_of_hosts_with_one_domain_the_latest_started_has_it() -> None:
    assert dns.hosts_file("10.213.0.1", LATEST_FIRST).splitlines() == [
        "10.213.0.1 acme.slipway.test staging.slipway.test mirror.slipway.test",
        "10.213.0.11 a.slipway.test",
        "10.213.0.11 www.a.slipway.test",
        "10.213.0.11 b.slipway.test",
        "10.213.0.11 www.b.slipway.test",
    ]


@pytest.mark.parametrize(
    ("records", "lines"),
    [
        (["A=192.0.2.1"], ["192.0.2.1 a.slipway.test"]),
        (
            ["A=192.0.2.1", "AAAA=2001:db8::1"],
            ["192.0.2.1 a.slipway.test", "2001:db8::1 a.slipway.test"],
        ),
        (["none"], []),
        (["CAA=other.example"], ["10.213.0.11 a.slipway.test"]),
    ],
)
def test_an_overridden_name_has_the_given_records_instead_of_its_own(
    records: list[str], lines: list[str]
) -> None:
    text = dns.hosts_file("10.213.0.1", LATEST_FIRST, {"a.slipway.test": records})
    assert [line for line in text.splitlines() if line.endswith(" a.slipway.test")] == lines


def test_an_issuer_is_written_as_a_caa_record() -> None:
    lines = dns.caa_lines({"a.slipway.test": ["A=192.0.2.1", "CAA=ca.example"]})
    assert lines == f"dns-rr=a.slipway.test,257,0005{b'issueca.example'.hex()}\n"


@pytest.mark.parametrize("record", ["A=2001:db8::1", "AAAA=192.0.2.1", "A=", "MX=a", "nothing"])
def test_what_is_no_record_is_refused(tmp_path: Path, record: str) -> None:
    with pytest.raises(LabError, match="is not a "):
        dns.override(Clone(tmp_path), "a.slipway.test", [record])
