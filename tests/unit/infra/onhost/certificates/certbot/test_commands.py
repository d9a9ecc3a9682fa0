"""certbot's commands: each word that it is given."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.certificates import certbot
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.certbot import ACME


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that certbot has not run on."""
    with new_host() as host:
        yield host


def apart(host: Host) -> list[str]:
    """The directories that the host's own certbot, if there is one, does not use."""
    return [
        *("--config-dir", f"{host.root}/etc/letsencrypt/slipway"),
        *("--work-dir", f"{host.root}/var/lib/letsencrypt/slipway"),
        *("--logs-dir", f"{host.root}/var/log/letsencrypt/slipway"),
    ]


def test_the_first_certificate_is_asked_for_by_webroot(host: Host) -> None:
    assert certbot.issue_command(host, force=False) == [
        *(f"{host.root}/opt/certbot/bin/certbot", "certonly", "--non-interactive"),
        *apart(host),
        *("--agree-tos", "--webroot", "--email", "you@example.org", "--server", ACME),
        *("--webroot-path", f"{host.root}/var/lib/slipway/webroot"),
        *("--cert-name", DOMAIN, "--key-type", "ecdsa"),
        *("--deploy-hook", f"{host.root}/usr/local/sbin/slipway certificate-install"),
        *("--domain", DOMAIN),
    ]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"aliases": ["www.example.org"]}, ["--domain", "www.example.org"]),
        ({"profile": "tlsserver"}, ["--preferred-profile", "tlsserver"]),
        ({"external_account": True}, ["--config", "{root}/etc/slipway/external-account.ini"]),
    ],
)
def test_what_the_settings_want_besides_is_asked_for(
    host: Host, other: dict[str, Any], words: list[str]
) -> None:
    plain = certbot.issue_command(host, force=False)
    more = [word.format(root=host.root) for word in words]
    assert certbot.issue_command(host.changed(**other), force=False) == [*plain, *more]


def test_an_address_is_asked_for_as_one_and_short_lived(host: Host) -> None:
    command = certbot.issue_command(host.with_settings(domain="192.0.2.1"), force=False)
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
        *(f"{host.root}/opt/certbot/bin/certbot", "renew", "--non-interactive"),
        *apart(host),
        *("--no-random-sleep-on-renew", "--cert-name", DOMAIN),
    ]
