"""A CA as the source: when it is asked, and what is made of what certbot leaves."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.certificates import attempts, preflight, source
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.certbot import install, link
from tests.support.onhost.sources import leave

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is root's: needs root")


def has(host: Host, root: Path | None = None, **how: Any) -> bytes:
    """What certbot has, or is to leave, for these settings: the certificate that it gives."""
    folder = root or host.layout.letsencrypt
    conf = folder / "renewal" / f"{DOMAIN}.conf"
    conf.parent.mkdir(parents=True, exist_ok=True)
    terms = host.config.certificate
    conf.write_text(
        "[renewalparams]\n"
        f"server = {terms.acme_directory}\nkey_type = {terms.key_type}\n"
        f"preferred_profile = {terms.profile or None}\n"
    )
    made = leave(folder / "live" / DOMAIN, *host.config.names, **how)
    link(folder)
    return made


def certbot_leaves(host: Host, exit_code: int = 0, **how: Any) -> bytes:
    """From now on certbot notes what it is asked for, and leaves this."""
    made = has(host, host.layout.state / "next", **how)
    own = host.layout.letsencrypt
    copy = f"mkdir -p {own}; cp -r {host.layout.state}/next/. {own}"
    failed = "echo 'Detail: Connection refused'; echo 'Some challenges have failed' >&2"
    install(host, f"{failed}; exit {exit_code}" if exit_code else copy)
    return made


def called(host: Host) -> list[str]:
    """What was called so far; of certbot its command alone."""
    return [
        " ".join(call.split()[:2]) if call.startswith("certbot ") else call
        for call in host.called()
    ]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host without a certificate; that the CA is looked at first, and as what, is noted."""
    with new_host() as host:

        def look(_host: Host, *, renewal: bool) -> None:
            host.note(f"look at {'a renewal' if renewal else 'an order'}")

        monkeypatch.setattr(preflight, "check", look)  # it has tests of its own
        certbot_leaves(host)
        yield host


def obtain(host: Host, *, advised: bool = False) -> bytes:
    """What the source has left when it was asked."""
    source.obtain(host, advised=advised)
    assert source.ready(host)
    return source.chain(host).read_bytes()


@pytest.mark.parametrize("advised", [True, False])
def test_a_first_certificate_is_looked_at_ordered_and_noted(host: Host, advised: bool) -> None:
    made = certbot_leaves(host)
    assert obtain(host, advised=advised) == made
    assert called(host) == ["look at an order", "certbot certonly"]
    assert [one.granted for one in attempts.read(host)] == [True]


def test_a_certificate_that_is_fresh_is_asked_about_by_the_timer_alone(host: Host) -> None:
    kept = has(host)
    assert obtain(host) == kept
    assert called(host) == []
    made = certbot_leaves(host)
    assert obtain(host, advised=True) == made  # the CA wants it renewed early
    assert called(host) == ["certbot renew"]
    assert [one.granted for one in attempts.read(host)] == [True]


def test_a_certificate_that_is_due_is_looked_at_as_a_renewal(host: Host) -> None:
    has(host, ago=61)
    assert source.renewal_due(host)
    obtain(host)
    assert called(host) == ["look at a renewal", "certbot renew"]


def test_a_certificate_on_other_terms_is_an_order(host: Host) -> None:
    has(host.changed(acme_directory="https://acme.example.org/directory"))
    obtain(host)
    assert called(host) == ["look at an order", "certbot certonly"]


def test_what_the_look_finds_keeps_certbot_from_being_run(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_host: Host, **_: Any) -> None:
        raise Failure("it would refuse")

    monkeypatch.setattr(preflight, "check", refuse)
    with pytest.raises(Failure, match="it would refuse"):
        source.obtain(host, advised=True)
    assert called(host) == []
    assert attempts.read(host) == []  # the CA has not heard of it


def test_a_challenge_that_fails_is_noted_and_the_reason_told(host: Host) -> None:
    certbot_leaves(host, exit_code=1)
    with pytest.raises(
        Failure, match="exit code 1: Detail: Connection refused\nSome challenges have failed"
    ):
        source.obtain(host, advised=False)
    assert [one.granted for one in attempts.read(host)] == [False]


def test_a_ca_that_gives_another_name_is_told(host: Host) -> None:
    certbot_leaves(host)
    wanted = host.changed(aliases=["www.example.org"])
    with pytest.raises(Failure, match=f"certbot made no certificate for {DOMAIN}, www.example.org"):
        source.obtain(wanted, advised=False)


def test_a_ca_that_does_not_keep_to_a_short_life_is_told(host: Host) -> None:
    wanted = host.changed(profile="shortlived")
    certbot_leaves(wanted, days=90)
    with pytest.raises(Failure, match=r"ignored the profile shortlived: .* 90 days"):
        source.obtain(wanted, advised=False)
    made = certbot_leaves(wanted, days=6)
    assert obtain(wanted, advised=True) == made
