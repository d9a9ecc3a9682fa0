"""What nginx starts with before the source of the certificate has been asked."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost import layout
from infra.onhost.certificates import certificate, store
from infra.onhost.services import openssl
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.ca import CA
from tests.support.onhost.sources import given
from tests.support.operations.certificates import authority

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host before its first certificate, whose nginx is not up yet."""
    with new_host() as host:
        host.program("docker")
        yield host


def test_a_placeholder_is_made_once_and_is_for_nginx_s_eyes(host: Host) -> None:
    certificate.prepare(host)
    assert store.record(host, DOMAIN) == store.Record("placeholder", trusted=False)
    made = openssl.read(store.chain(host, DOMAIN))
    assert made.names == {DOMAIN}
    for path in (store.chain(host, DOMAIN), store.key(host, DOMAIN)):
        found = path.stat()
        assert (found.st_mode & 0o7777, found.st_uid) == (0o640, 0)
        assert found.st_gid == layout.NGINX_UID
    assert set(certificate.prepared(host).values()) == {True}
    certificate.prepare(host)
    assert openssl.read(store.chain(host, DOMAIN)) == made


def test_what_the_source_has_left_already_takes_no_placeholder(host: Host) -> None:
    given(host)
    certificate.prepare(host.changed(source="files"))
    assert store.record(host, DOMAIN).source == "files"
    assert host.called()[0].startswith("docker ps")


@pytest.mark.parametrize("names", [["*.example.org"], [DOMAIN, "old.example.org"]])
def test_an_alias_that_becomes_the_domain_takes_its_certificate_along(
    host: Host, names: list[str]
) -> None:
    old = host.certificate("old.example.org", *names, source="files").read_bytes()
    certificate.prepare(host.changed(aliases=["old.example.org"]))
    assert store.names(host) == [DOMAIN]
    assert store.chain(host, DOMAIN).read_bytes() == old
    assert store.record(host, DOMAIN).source == "files"


@pytest.mark.parametrize(
    ("names", "how"),
    [
        ([], {}),
        ([DOMAIN], {"days": 0}),
        ([DOMAIN], {"source": store.PLACEHOLDER}),
    ],
)
def test_a_certificate_that_lacks_a_name_or_is_no_good_is_not_taken_along(
    host: Host, names: list[str], how: dict[str, Any]
) -> None:
    host.certificate("old.example.org", *names, **how)
    certificate.prepare(host)
    assert store.record(host, DOMAIN).source == store.PLACEHOLDER


def test_a_ca_that_the_settings_add_or_drop_is_noted_at_the_next_deploy(host: Host) -> None:
    host.layout.ca_bundle.parent.mkdir(parents=True)
    host.layout.ca_bundle.write_bytes(authority("other.example.org").pem)
    host.certificate(by=CA)
    assert not store.record(host, DOMAIN).trusted
    for bundle, trusted in ((CA.pem, True), (authority("x.example.org").pem, False)):
        host.layout.ca_bundle.write_bytes(bundle)
        assert certificate.prepared(host)["trust"] is False
        certificate.prepare(host)
        assert store.record(host, DOMAIN) == store.Record("acme", trusted)
        assert set(certificate.prepared(host).values()) == {True}
