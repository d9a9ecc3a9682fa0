"""nginx' virtual hosts of HTTPS: who is served with which certificate, and on which terms."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost import layout
from infra.onhost.certificates import store, virtual_hosts
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.ca import CA, trust

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")

ADDRESS = "192.0.2.1"
HSTS = "max-age=63072000"
IPV6 = layout.IPV6_LISTEN.format(name="https")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA."""
    with new_host() as host:
        trust(host)
        yield host


def text(host: Host) -> str:
    """nginx' file for what the host has."""
    return virtual_hosts.render(host, virtual_hosts.current(host))


def at(host: Host, domain: str, *aliases: str, **changes: Any) -> Host:
    """The host with these names."""
    return host.changed(domain=domain, aliases=list(aliases), **changes)


def found(host: Host) -> dict[str, dict[str, list[str]]]:
    """The servers by their names: what each directive is set to."""
    servers_ = {}
    for block in re.findall(r"^server {\n(.*?)^}", text(host), re.MULTILINE | re.DOTALL):
        lines = [line.strip().removesuffix(";").partition(" ") for line in block.splitlines()]
        directives = {name: [v for n, _, v in lines if n == name] for name, _, _ in lines}
        [names] = directives.pop("server_name")
        servers_[names] = directives
    return servers_


def serves_the_site(host: Host, directives: dict[str, list[str]]) -> bool:
    folder = host.layout.nginx_configuration.parent  # where nginx looks for what is included
    included = [folder / name for name in directives["include"] if "ipv6" not in name]
    return included == [host.layout.nginx_site] and "return" not in directives


def test_the_domain_is_served_with_its_certificate_over_tcp_and_udp(host: Host) -> None:
    host.certificate()
    [(name, directives)] = found(at(host, DOMAIN, https_port=8443)).items()
    assert name == DOMAIN
    assert serves_the_site(host, directives)
    assert directives["listen"] == ["8443 ssl", "8443 quic"]
    assert IPV6 in directives["include"]
    assert directives["ssl_certificate"] == [str(store.chain(host, DOMAIN))]
    assert directives["ssl_certificate_key"] == [str(store.key(host, DOMAIN))]


def test_without_http_3_nothing_is_said_of_udp(host: Host) -> None:
    host.certificate()
    assert found(at(host, DOMAIN, http3=False))[DOMAIN]["listen"] == ["443 ssl"]


@pytest.mark.parametrize(("port", "suffix"), [(443, ""), (8443, ":8443")])
def test_aliases_lead_to_the_domain_and_have_its_headers(
    host: Host, port: int, suffix: str
) -> None:
    host.certificate()
    alias = found(at(host, DOMAIN, "a.example.org", "b.example.org", https_port=port))[
        "a.example.org b.example.org"
    ]
    assert alias["return"] == [f"301 https://{DOMAIN}{suffix}$request_uri"]
    assert alias["include"] == [IPV6, str(host.layout.nginx_headers)]
    assert alias["ssl_certificate"] == [str(store.chain(host, DOMAIN))]


def names_of_https(host: Host) -> dict[str, str]:
    """Where HTTP leads to, by the name that was asked for."""
    [block] = re.findall(r"map \$host \$https_name {(.*?)}", text(host), re.DOTALL)
    return dict(re.findall(r"^ *(\S+) (\S+);$", block, re.MULTILINE))


def test_http_leads_an_alias_to_its_own_name_and_any_other_to_the_site(host: Host) -> None:
    host.certificate()
    assert names_of_https(at(host, DOMAIN)) == {"default": DOMAIN}
    alias = "www.example.org"
    assert names_of_https(at(host, DOMAIN, alias)) == {"default": DOMAIN, alias: alias}


def test_http_leads_to_a_name_that_is_leaving_as_long_as_it_is_served(host: Host) -> None:
    host.certificate(ADDRESS)
    host.certificate(DOMAIN, source=store.PLACEHOLDER)
    assert names_of_https(at(host, DOMAIN)) == {"default": DOMAIN, ADDRESS: ADDRESS}
    host.certificate(DOMAIN)
    assert names_of_https(at(host, DOMAIN)) == {"default": DOMAIN}


def test_an_address_is_served_to_whoever_names_no_server(host: Host) -> None:
    host.certificate(ADDRESS)
    directives = found(at(host, ADDRESS))[ADDRESS]
    assert directives["listen"] == ["443 ssl default_server", "443 quic default_server"]
    assert layout.IPV6_LISTEN.format(name="default") in directives["include"]


def test_an_address_is_served_on_while_the_domain_has_a_placeholder(host: Host) -> None:
    host.certificate(ADDRESS)
    host.certificate(DOMAIN, source=store.PLACEHOLDER)
    both = found(at(host, DOMAIN))
    assert both.keys() == {DOMAIN, ADDRESS}
    assert all(serves_the_site(host, directives) for directives in both.values())
    assert both[ADDRESS]["ssl_certificate"] == [str(store.chain(host, ADDRESS))]
    assert "default_server" in both[ADDRESS]["listen"][0]
    assert "default_server" not in both[DOMAIN]["listen"][0]
    host.certificate(DOMAIN)
    assert found(at(host, DOMAIN)).keys() == {DOMAIN}


def test_a_domain_that_becomes_an_alias_is_served_on_meanwhile(host: Host) -> None:
    host.certificate("old.example.org")
    host.certificate(DOMAIN, source=store.PLACEHOLDER)
    wanted = at(host, DOMAIN, "old.example.org", "www.example.org")
    meanwhile = found(wanted)
    assert meanwhile.keys() == {DOMAIN, "old.example.org", "www.example.org"}
    assert serves_the_site(host, meanwhile["old.example.org"])
    host.certificate(DOMAIN, "old.example.org", "www.example.org")
    assert found(wanted).keys() == {DOMAIN, "old.example.org www.example.org"}


def test_of_two_addresses_the_one_of_the_settings_is_the_default(host: Host) -> None:
    host.certificate(ADDRESS)
    host.certificate("192.0.2.2", source=store.PLACEHOLDER)
    assert found(at(host, "192.0.2.2")).keys() == {"192.0.2.2"}


@pytest.mark.parametrize(
    ("source", "days"), [("acme", 0), (store.PLACEHOLDER, 90)], ids=["ended", "placeholder"]
)
def test_a_name_whose_certificate_is_no_good_any_more_goes_at_once(
    host: Host, source: str, days: int
) -> None:
    host.certificate("old.example.org", source=source, days=days)
    host.certificate(DOMAIN, source=store.PLACEHOLDER)
    assert virtual_hosts.previous_domains(at(host, DOMAIN)) == []


def hsts(host: Host) -> str:
    """What browsers are told."""
    block = r'^map "" \$hsts {\n    default "(.*)";\n}$'
    [told] = re.findall(block, text(host), re.MULTILINE)
    return str(told)


@pytest.mark.parametrize("source", ["acme", "files"])
def test_browsers_are_told_of_https_alone_as_the_settings_say(host: Host, source: str) -> None:
    host.certificate(source=source, by=CA)
    assert hsts(at(host, DOMAIN, hsts=HSTS)) == HSTS
    assert hsts(at(host, DOMAIN, hsts="")) == ""


@pytest.mark.parametrize(
    ("domain", "trusted", "source"),
    [
        (DOMAIN, False, "acme"),
        (DOMAIN, False, "self-signed"),
        (DOMAIN, True, store.PLACEHOLDER),
        (ADDRESS, True, "acme"),  # a browser keeps it for names alone
    ],
)
def test_browsers_are_told_nothing_that_would_lock_them_out(
    host: Host, domain: str, trusted: bool, source: str
) -> None:
    host.certificate(domain, source=source, by=CA if trusted else None)
    assert hsts(at(host, domain, hsts=HSTS)) == ""
