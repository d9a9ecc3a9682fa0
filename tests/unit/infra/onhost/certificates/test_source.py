"""The sources of a certificate: when each is asked, and what is made of what it leaves."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.certificates import attempts, preflight, source
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from infra.onhost.services import openssl
from tests.support.onhost import CONFIG, DOMAIN, Host, new_host
from tests.support.operations.certificates import make

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is root's: needs root")


def on(**terms: Any) -> HostConfig:
    """The configuration with these terms of the certificate."""
    return replace(CONFIG, certificate=replace(CONFIG.certificate, **terms))


def leave(folder: Path, *names: str, **how: Any) -> bytes:
    """Leaves a certificate and its key as a source does."""
    made = make(folder / "fullchain.pem", *names, **how)
    (folder / "fullchain.pem.key").rename(folder / "privkey.pem")
    return made.pem


def has(host: Host, wanted: HostConfig, root: Path | None = None, **how: Any) -> bytes:
    """What certbot has, or is to leave, for these settings: the certificate that it gives."""
    folder = root or host.layout.letsencrypt
    conf = folder / "renewal" / f"{DOMAIN}.conf"
    conf.parent.mkdir(parents=True, exist_ok=True)
    terms = wanted.certificate
    conf.write_text(
        f"server = {terms.acme_directory}\nkey_type = {terms.key_type}\n"
        f"preferred_profile = {terms.profile or None}\n"
    )
    return leave(folder / "live" / DOMAIN, *wanted.names, **how)


def certbot_leaves(host: Host, wanted: HostConfig, exit_code: int = 0, **how: Any) -> bytes:
    """From now on certbot notes what it is asked for, and leaves this."""
    made = has(host, wanted, host.layout.state / "next", **how)
    path = host.layout.certbot / "bin" / "certbot"
    path.parent.mkdir(parents=True, exist_ok=True)
    own = host.layout.letsencrypt
    copy = f"mkdir -p {own}; cp -r {host.layout.state}/next/. {own}"
    failed = "echo 'Detail: Connection refused'; echo 'Some challenges have failed' >&2"
    end = f"{failed}; exit {exit_code}" if exit_code else copy
    path.write_text(f'#!/bin/sh\necho "certbot $1" >> {host.calls}\n{end}\n')
    path.chmod(0o755)
    return made


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host without a certificate; that the CA is looked at first, and as what, is noted."""
    with new_host() as host:

        def look(_host: Host, *, renewal: bool) -> None:
            with host.calls.open("a") as calls:
                calls.write(f"look at {'a renewal' if renewal else 'an order'}\n")

        monkeypatch.setattr(preflight, "check", look)  # it has tests of its own
        certbot_leaves(host, CONFIG)
        yield host


def obtain(host: Host, wanted: HostConfig, *, advised: bool = False) -> bytes:
    """What the source has left when it was asked."""
    source.obtain(host.with_config(wanted), advised=advised)
    assert source.ready(host.with_config(wanted))
    return source.chain(host.with_config(wanted)).read_bytes()


@pytest.mark.parametrize("advised", [True, False])
def test_a_first_certificate_is_looked_at_ordered_and_noted(host: Host, advised: bool) -> None:
    made = certbot_leaves(host, CONFIG)
    assert obtain(host, CONFIG, advised=advised) == made
    assert host.called() == ["look at an order", "certbot certonly"]
    assert [one.granted for one in attempts.read(host)] == [True]


def test_a_certificate_that_is_fresh_is_asked_about_by_the_timer_alone(host: Host) -> None:
    kept = has(host, CONFIG)
    assert obtain(host, CONFIG) == kept
    assert host.called() == []
    made = certbot_leaves(host, CONFIG)
    assert obtain(host, CONFIG, advised=True) == made  # the CA wants it renewed early
    assert host.called() == ["certbot renew"]
    assert [one.granted for one in attempts.read(host)] == [True]


def test_a_certificate_that_is_due_is_looked_at_as_a_renewal(host: Host) -> None:
    has(host, CONFIG, ago=61)
    assert source.renewal_due(host)
    obtain(host, CONFIG)
    assert host.called() == ["look at a renewal", "certbot renew"]


def test_a_certificate_on_other_terms_is_an_order(host: Host) -> None:
    has(host, on(acme_directory="https://acme.example.org/directory"))
    obtain(host, CONFIG)
    assert host.called() == ["look at an order", "certbot certonly"]


def test_what_the_look_finds_keeps_certbot_from_being_run(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_host: Host, **_: Any) -> None:
        raise Failure("it would refuse")

    monkeypatch.setattr(preflight, "check", refuse)
    with pytest.raises(Failure, match="it would refuse"):
        source.obtain(host, advised=True)
    assert host.called() == []
    assert attempts.read(host) == []  # the CA has not heard of it


def test_a_challenge_that_fails_is_noted_and_the_reason_told(host: Host) -> None:
    certbot_leaves(host, CONFIG, exit_code=1)
    with pytest.raises(
        Failure, match="exit code 1: Detail: Connection refused\nSome challenges have failed"
    ):
        source.obtain(host, advised=False)
    assert [one.granted for one in attempts.read(host)] == [False]


def test_a_ca_that_gives_another_name_is_told(host: Host) -> None:
    certbot_leaves(host, CONFIG)
    wanted = replace(CONFIG, aliases=["www.example.org"])
    with pytest.raises(Failure, match=f"certbot left no certificate for {DOMAIN}, www.example.org"):
        source.obtain(host.with_config(wanted), advised=False)


def test_a_ca_that_does_not_keep_to_a_short_life_is_told(host: Host) -> None:
    wanted = on(profile="shortlived")
    certbot_leaves(host, wanted, days=90)
    with pytest.raises(Failure, match=r"ignored the profile shortlived: .* 90 days"):
        source.obtain(host.with_config(wanted), advised=False)
    made = certbot_leaves(host, wanted, days=6)
    assert obtain(host, wanted, advised=True) == made


FILES = on(source="files")
SIGNED = on(source="self-signed")


@pytest.mark.parametrize("names", [[DOMAIN], ["*.example.org"], [DOMAIN, "more.example.org"]])
def test_what_the_operator_provides_is_taken_and_nobody_asked(host: Host, names: list[str]) -> None:
    made = leave(host.layout.given_certificate, *names, ago=80)
    assert obtain(host, FILES, advised=True) == made
    assert not source.renewal_due(host.with_config(FILES))
    assert host.called() == []


@pytest.mark.parametrize("names", [[], ["other.example.org"]])
def test_what_the_operator_does_not_provide_is_told(host: Host, names: list[str]) -> None:
    if names:
        leave(host.layout.given_certificate, *names)
    with pytest.raises(Failure, match=f"has no certificate for {DOMAIN} that fits the settings"):
        source.obtain(host.with_config(FILES), advised=True)


def test_the_host_signs_what_is_missing_due_or_lacks_a_name(host: Host) -> None:
    first = obtain(host, SIGNED)
    assert obtain(host, SIGNED, advised=True) == first
    more = replace(SIGNED, aliases=["www.example.org"])
    second = obtain(host, more)
    assert second != first
    old = leave(host.layout.self_signed, *more.names, ago=61)
    assert source.renewal_due(host.with_config(more))
    assert obtain(host, more) not in (second, old)
    assert openssl.read(source.chain(host.with_config(more))).names == set(more.names)
    assert host.layout.self_signed.stat().st_mode & 0o777 == 0o700
    assert host.called() == []
