"""Which subnet, which address, which name: decided without touching the network."""

from ipaddress import IPv4Network

import pytest

from tests.lab import dns, network
from tests.lab.progress import LabError


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


def test_of_hosts_with_one_domain_the_latest_started_has_it() -> None:
    latest_first = [("b", "a.slipway.test", "10.213.0.11"), ("a", "a.slipway.test", "10.213.0.10")]
    assert dns.hosts_file("10.213.0.1", latest_first).splitlines() == [
        "10.213.0.1 acme.slipway.test mirror.slipway.test",
        "10.213.0.11 a.slipway.test www.a.slipway.test",
        "10.213.0.11 b.slipway.test www.b.slipway.test",
    ]
