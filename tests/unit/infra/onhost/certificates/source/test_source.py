"""The operator and the host itself as sources of a certificate: neither asks a CA."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.certificates import preflight, source
from infra.onhost.command import Failure
from infra.onhost.services import openssl
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.certbot import install
from tests.support.onhost.sources import leave

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is root's: needs root")


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host without a certificate; that a CA is looked at, or certbot run, is noted."""
    with new_host() as host:
        monkeypatch.setattr(preflight, "check", lambda *_, **__: host.note("look at a CA"))
        install(host, "")
        yield host


def obtain(host: Host, *, advised: bool = False) -> bytes:
    """What the source has left when it was asked."""
    source.obtain(host, advised=advised)
    assert source.ready(host)
    return source.chain(host).read_bytes()


@pytest.mark.parametrize("names", [[DOMAIN], ["*.example.org"], [DOMAIN, "more.example.org"]])
def test_what_the_operator_provides_is_taken_and_nobody_asked(host: Host, names: list[str]) -> None:
    providing = host.changed(source="files")
    made = leave(host.layout.given_certificate, *names, ago=80)
    assert obtain(providing, advised=True) == made
    assert not source.renewal_due(providing)
    assert host.called() == []


@pytest.mark.parametrize("names", [[], ["other.example.org"]])
def test_what_the_operator_does_not_provide_is_told(host: Host, names: list[str]) -> None:
    if names:
        leave(host.layout.given_certificate, *names)
    with pytest.raises(Failure, match=f"has no certificate for {DOMAIN} that fits the settings"):
        source.obtain(host.changed(source="files"), advised=True)


def test_the_host_signs_what_is_missing_due_or_lacks_a_name(host: Host) -> None:
    signing = host.changed(source="self-signed")
    first = obtain(signing)
    assert obtain(signing, advised=True) == first
    more = signing.changed(aliases=["www.example.org"])
    second = obtain(more)
    assert second != first
    old = leave(host.layout.self_signed, *more.config.names, ago=61)
    assert source.renewal_due(more)
    assert obtain(more) not in (second, old)
    assert openssl.read(source.chain(more)).names == set(more.config.names)
    assert host.layout.self_signed.stat().st_mode & 0o777 == 0o700
    assert host.called() == []
