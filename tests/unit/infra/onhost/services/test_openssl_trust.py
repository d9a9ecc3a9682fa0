"""Whether the host trusts a certificate, as visitors do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from infra.onhost.services import openssl
from tests.support.onhost import Host, new_host
from tests.support.operations.certificates import authority, make

DOMAIN = "app.example.org"
ROOT = authority("root.example.org")
BETWEEN = authority("between.example.org", ROOT)


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts this CA, and another that has signed nothing here."""
    with new_host() as host:
        host.layout.ca_bundle.parent.mkdir(parents=True)
        host.layout.ca_bundle.write_bytes(authority("other.example.org").pem + ROOT.pem)
        yield host


def test_a_certificate_of_a_known_ca_is_trusted(host: Host, tmp_path: Path) -> None:
    leaf = make(tmp_path / "a.pem", DOMAIN, by=ROOT)
    assert openssl.trusted(host, leaf.pem.decode())
    assert openssl.trusted(host, (leaf.pem + ROOT.pem).decode())


def test_a_certificate_is_trusted_by_what_links_it_to_a_known_ca(
    host: Host, tmp_path: Path
) -> None:
    leaf = make(tmp_path / "a.pem", DOMAIN, by=BETWEEN)
    assert openssl.trusted(host, (leaf.pem + BETWEEN.pem).decode())
    assert not openssl.trusted(host, leaf.pem.decode())


def test_a_ca_that_comes_with_the_certificate_is_not_believed(host: Host, tmp_path: Path) -> None:
    stranger = authority("root.example.org")
    leaf = make(tmp_path / "a.pem", DOMAIN, by=stranger)
    assert not openssl.trusted(host, (leaf.pem + stranger.pem).decode())


def test_a_certificate_that_signs_itself_has_ended_or_is_none_is_not_trusted(
    host: Host,
    tmp_path: Path,
) -> None:
    assert not openssl.trusted(host, make(tmp_path / "a.pem", DOMAIN).pem.decode())
    assert not openssl.trusted(host, make(tmp_path / "a.pem", DOMAIN, ago=91, by=ROOT).pem.decode())
    assert not openssl.trusted(host, "")


def test_a_certificate_that_is_not_for_servers_is_not_trusted(host: Host, tmp_path: Path) -> None:
    client = make(tmp_path / "a.pem", DOMAIN, by=ROOT, use=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert not openssl.trusted(host, client.pem.decode())


def test_the_first_certificate_is_the_one_that_counts(host: Host, tmp_path: Path) -> None:
    good, bad = make(tmp_path / "a.pem", DOMAIN, by=ROOT), make(tmp_path / "b.pem", DOMAIN)
    assert openssl.trusted(host, (good.pem + bad.pem).decode())
    assert not openssl.trusted(host, (bad.pem + good.pem).decode())
