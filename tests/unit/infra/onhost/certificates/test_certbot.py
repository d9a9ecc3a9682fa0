"""certbot: what it is asked, and what is read of what it left."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.certificates import certbot
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from infra.programs import host_config
from infra.settings import load
from tests.support.onhost import CONFIG, DOMAIN, Host, new_host
from tests.support.operations.certificates import make

ACME = "https://acme-v02.api.letsencrypt.org/directory"
RENEWAL = f"""# renew_before_expiry = 30 days
version = 5.8.0
cert = /etc/letsencrypt/live/{DOMAIN}/cert.pem
[renewalparams]
server = {ACME}
key_type = ecdsa
account = 0123=4567 = 89
"""


def on(**terms: Any) -> HostConfig:
    """The configuration with other terms of the certificate."""
    return replace(CONFIG, certificate=replace(CONFIG.certificate, **terms))


def test_the_first_certificate_is_asked_for_by_webroot(host: Host) -> None:
    program, *words = certbot.issue_command(host, force=False)
    assert program == f"{host.layout.certbot}/bin/certbot"
    assert words[:4] == ["certonly", "--non-interactive", "--agree-tos", "--webroot"]
    assert dict(zip(words[4::2], words[5::2], strict=True)) == {
        "--email": "you@example.org",
        "--server": ACME,
        "--webroot-path": str(host.layout.webroot),
        "--cert-name": DOMAIN,
        "--key-type": "ecdsa",
        "--deploy-hook": f"{host.layout.command} certificate-install",
        "--domain": DOMAIN,
    }


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(CONFIG, aliases=["www.example.org"]), ["--domain", "www.example.org"]),
        (on(profile="tlsserver"), ["--preferred-profile", "tlsserver"]),
        (on(external_account=True), ["--config", "/etc/slipway/external-account.ini"]),
    ],
)
def test_what_the_settings_want_besides_is_asked_for(
    host: Host, other: HostConfig, words: list[str]
) -> None:
    plain = certbot.issue_command(host, force=False)
    more = [word.replace("/etc", f"{host.layout.root}/etc") for word in words]
    assert certbot.issue_command(host.with_config(other), force=False) == [*plain, *more]


def test_an_address_is_asked_for_as_one_and_short_lived(host: Host) -> None:
    given = host_config(load({"domain": "192.0.2.1", "email": "you@example.org"}, "one"))
    command = certbot.issue_command(host.with_config(given), force=False)
    assert command[-4:] == ["--ip-address", "192.0.2.1", "--preferred-profile", "shortlived"]
    assert "--domain" not in command


def test_a_certificate_on_other_terms_is_replaced_at_once(host: Host) -> None:
    plain = certbot.issue_command(host, force=False)
    assert certbot.issue_command(host, force=True) == [
        *plain,
        "--force-renewal",
        "--renew-with-new-domains",
        "--break-my-certs",
    ]


def test_a_renewal_leaves_it_to_certbot_whether_it_is_time(host: Host) -> None:
    assert certbot.renew_command(host) == [
        *(f"{host.layout.certbot}/bin/certbot", "renew", "--non-interactive"),
        *("--no-random-sleep-on-renew", "--cert-name", DOMAIN),
    ]


def test_certbot_s_parameters_are_read() -> None:
    found = certbot.renewal_parameters(RENEWAL.splitlines())
    assert found["server"] == ACME
    assert found["key_type"] == "ecdsa"
    assert found["account"] == "0123=4567 = 89"
    assert "[renewalparams]" not in found


@pytest.fixture
def host() -> Iterator[Host]:
    """A host on which certbot left a certificate of the settings."""
    with new_host() as host:
        make(chain(host), DOMAIN)
        renewal(host).parent.mkdir()
        renewal(host).write_text(RENEWAL)
        yield host


def chain(host: Host) -> Path:
    return certbot.lineage(host) / "fullchain.pem"


def renewal(host: Host) -> Path:
    return host.layout.letsencrypt / "renewal" / f"{DOMAIN}.conf"


@pytest.mark.parametrize(
    ("saved", "wanted"),
    [
        ("", ""),
        ("preferred_profile = None\n", ""),
        ("preferred_profile = shortlived\n", "shortlived"),
    ],
)
def test_a_lineage_of_the_settings_matches(host: Host, saved: str, wanted: str) -> None:
    renewal(host).write_text(RENEWAL + saved)
    assert certbot.matches(host.with_config(on(profile=wanted)))


@pytest.mark.parametrize(
    "other",
    [
        on(acme_directory=f"{ACME}2"),
        on(key_type="rsa"),
        on(profile="shortlived"),
        replace(CONFIG, domain="b.example.org"),
        replace(CONFIG, aliases=["www.example.org"]),
    ],
)
def test_a_lineage_of_other_settings_does_not_match(host: Host, other: HostConfig) -> None:
    assert certbot.matches(host)
    assert not certbot.matches(host.with_config(other))


@pytest.mark.parametrize(
    ("saved", "wanted"), [("shortlived", ""), ("None", "shortlived"), ("tlsserver", "shortlived")]
)
def test_a_lineage_of_another_profile_does_not_match(host: Host, saved: str, wanted: str) -> None:
    renewal(host).write_text(RENEWAL + f"preferred_profile = {saved}\n")
    assert not certbot.matches(host.with_config(on(profile=wanted)))


def test_a_lineage_of_more_names_does_not_match(host: Host) -> None:
    make(chain(host), DOMAIN, "www.example.org")
    assert not certbot.matches(host)
    assert certbot.matches(host.with_config(replace(CONFIG, aliases=["www.example.org"])))


@pytest.mark.parametrize("lost", [chain, renewal])
def test_a_lineage_that_lacks_a_file_does_not_match(host: Host, lost: Any) -> None:
    lost(host).unlink()
    assert not certbot.matches(host)


def certbot_says(host: Host, script: str) -> None:
    """Puts a certbot in its place on the host that notes its arguments and runs this script."""
    path = host.layout.certbot / "bin" / "certbot"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "$1 $REQUESTS_CA_BUNDLE" >> {host.calls}\n{script}\n')
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("other", "asked", "forced"),
    [
        (CONFIG, "renew", False),
        (on(key_type="rsa"), "certonly", True),
        (replace(CONFIG, domain="b.example.org"), "certonly", False),
    ],
)
def test_certbot_renews_what_fits_and_issues_what_does_not(
    host: Host, other: HostConfig, asked: str, forced: bool
) -> None:
    certbot_says(host, f'echo "$*" | grep -c -e --force-renewal >> {host.calls} || true')
    certbot.ask(host.with_config(other))
    assert host.called() == [f"{asked} {host.layout.ca_bundle}", str(int(forced))]


def registered(host: Host) -> tuple[Path, Path]:
    """The account's directory, as certbot made it, and certbot's log."""
    account = host.layout.letsencrypt / "accounts" / "acme-v02.api.letsencrypt.org" / "directory"
    account.mkdir(parents=True)
    host.layout.certbot_log.parent.mkdir(parents=True)
    return account, host.layout.certbot_log


def test_an_account_that_the_ca_has_lost_is_put_aside_and_another_registered(host: Host) -> None:
    account, log = registered(host)
    said = "echo 'Account 7 not found.' >&2"
    certbot_says(
        host, f"! test -e {account} || {{ echo 'urn:accountDoesNotExist' >{log}; {said}; exit 1; }}"
    )
    certbot.ask(host)
    assert [call.split()[0] for call in host.called()] == ["renew", "certonly"]
    [aside] = account.parent.iterdir()
    assert aside.name.startswith("directory.lost-")


def test_an_account_that_is_gone_from_the_disk_is_replaced_by_the_one_there_or_another(
    host: Host,
) -> None:
    account, log = registered(host)
    certbot_says(
        host, f"[ $1 != renew ] || {{ echo certbot.errors.AccountNotFound >{log}; exit 1; }}"
    )
    certbot.ask(host)
    assert [call.split()[0] for call in host.called()] == ["renew", "certonly"]
    assert account.exists()


def test_an_account_that_is_gone_from_the_disk_and_another_that_the_ca_has_lost_are_replaced(
    host: Host,
) -> None:
    account, log = registered(host)
    renew = f"[ $1 != renew ] || {{ echo certbot.errors.AccountNotFound >{log}; exit 1; }}"
    order = f"! test -e {account} || {{ echo accountDoesNotExist >{log}; exit 1; }}"
    certbot_says(host, f"{renew}\n{order}")
    certbot.ask(host)
    assert [call.split()[0] for call in host.called()] == ["renew", "certonly", "certonly"]
    assert not account.exists()


def test_what_certbot_says_is_told_and_the_account_stays(host: Host) -> None:
    account = host.layout.letsencrypt / "accounts" / "acme-v02.api.letsencrypt.org" / "directory"
    account.mkdir(parents=True)
    certbot_says(host, "echo 'no such challenge' >&2; exit 1")
    with pytest.raises(Failure, match="exit code 1: no such challenge"):
        certbot.ask(host)
    assert account.exists()
    assert len(host.called()) == 1
