"""Certificates that live for a minute and a half, renewed while the CA comes and goes."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Target, lab
from tests.faults.served import SETTLED, STAGING, asking, served, served_throughout, trusted
from tests.site import wait_until

pytestmark = [pytest.mark.destructive, pytest.mark.slow]
LIFE = 90  # seconds
MINUTES = {"acme_directory": STAGING, "profile": "minutes", "weekly_limit": 1000}
DROP_IN = "/etc/systemd/system/slipway-certificate.timer.d"
OFTEN = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n"
RESTART = "systemctl daemon-reload && systemctl restart slipway-certificate.timer"
RENEW = "systemctl start slipway-certificate.service"
TELL, TOLD = "/usr/local/bin/tell", "/run/told"
FORGET = f"rm --recursive --force /var/lib/slipway/issued.jsonl {TOLD} /run/slipway-alerted/*"
HMAC_KEY = secrets.token_urlsafe(48)


@pytest.fixture(scope="module", autouse=True)
def short_lived(certs: Target) -> Iterator[None]:
    """Certificates live for minutes; alerts are written to a file."""
    certs.run(f"printf '#!/bin/sh\\ncat >>{TOLD}\\n' >{TELL} && chmod 755 {TELL}")
    lab("acme", "start", "staging")
    certs.run(FORGET)
    deploy(certs)
    yield
    lab("acme", "start", "staging")


@pytest.fixture(autouse=True)
def forgotten(certs: Target) -> None:
    """What failed before keeps nobody from asking the CA, or from being told."""
    certs.run(FORGET)


@pytest.fixture
def hurried(certs: Target) -> Iterator[None]:
    """The timer runs each five seconds."""
    certs.run(f"mkdir --parents {DROP_IN} && printf '{OFTEN}' >{DROP_IN}/often.conf && {RESTART}")
    yield
    certs.run(f"rm --recursive {DROP_IN} && {RESTART}")


def deploy(certs: Target, **certificate: Any) -> None:
    done = certs.deploy(certificate=MINUTES | certificate, alerts={"command": [TELL]})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("hurried")
def test_the_timer_renews_and_no_request_fails(certs: Target) -> None:
    before = served(certs.site)
    with served_throughout(certs):
        wait_until(lambda: served(certs.site) != before, before.left)
        time.sleep(2)
    assert trusted(certs.site, "staging")
    certs.run("systemctl start slipway-check.service")


@pytest.mark.usefixtures("hurried")
def test_a_ca_that_is_away_is_told_of_and_asked_again_though_it_has_lost_the_account(
    certs: Target,
) -> None:
    lab("acme", "stop", "staging")
    before = served(certs.site)
    with served_throughout(certs):
        told = f"cat {TOLD} 2>/dev/null || true"
        wait_until(lambda: "Connection refused" in certs.run(told), before.left)
        assert served(certs.site) == before
        lab("acme", "start", "staging")  # it knows nobody any more
        wait_until(lambda: served(certs.site) != before, LIFE)
    assert trusted(certs.site, "staging")
    certs.run(f"{RENEW} && ! systemctl is-failed slipway-certificate.service")


def test_a_deploy_succeeds_while_a_certificate_that_is_due_cannot_be_renewed(
    certs: Target,
) -> None:
    fresh = "slipway certificate-state | grep --quiet '\"fresh\": true'"
    certs.run(RENEW)
    wait_until(lambda: certs.run(f"{fresh} || echo due") == "due", LIFE)
    before = served(certs.site)
    lab("acme", "stop", "staging")
    done = certs.deploy(certificate=MINUTES, alerts={"command": [TELL]})
    lab("acme", "start", "staging")
    assert done.returncode == 0, done.stdout + done.stderr
    said = "The certificate could not be renewed yet: the CA does not answer"
    assert said in done.stdout + done.stderr
    assert served(certs.site) == before
    certs.run(RENEW)
    wait_until(lambda: served(certs.site) != before, SETTLED)


def test_a_hook_that_fails_makes_the_unit_fail_and_the_old_certificate_serves(
    certs: Target,
) -> None:
    before = served(certs.site)
    nginx = "/opt/slipway/nginx/nginx.conf"
    certs.run(f"cp {nginx} /run/nginx.conf && echo nonsense >>{nginx}")
    try:
        # certbot itself ends well: it takes no notice of its hooks' failures.
        certs.run(
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt /opt/certbot/bin/certbot renew"
            " --config-dir /etc/letsencrypt/slipway --work-dir /var/lib/letsencrypt/slipway"
            " --force-renewal --no-random-sleep-on-renew --cert-name " + certs.site.domain
        )
        certs.run(f"! {RENEW}")
        assert served(certs.site) == before
        certs.run("journalctl --sync")
        said = certs.run("journalctl --unit slipway-certificate --lines 20 --output cat")
        assert f"{nginx} test failed" in said
    finally:
        certs.run(f"cp /run/nginx.conf {nginx}")
    certs.run(RENEW)
    wait_until(lambda: served(certs.site) != before, SETTLED)


def test_a_ca_that_refuses_nonces_grants_in_the_end(certs: Target) -> None:
    lab("acme", "start", "staging", "--refuse-nonces", "15")
    before = served(certs.site)
    wanted = MINUTES | {"key_type": "rsa"}
    certs.deploy(certificate=wanted, alerts={"command": [TELL]})  # certbot tries each twice
    wait_until(lambda: certs.run(f"{RENEW} && echo well || true") == "well", 180)
    wait_until(lambda: served(certs.site) != before, SETTLED)
    lab("acme", "start", "staging")


def test_an_external_account_is_registered_with_a_key_that_stays_secret(
    certs: Target, tmp_path: Path
) -> None:
    (tmp_path / "hmac").write_text(f"{HMAC_KEY}\n")
    account = {"key_id": "key-1", "hmac_key": str(tmp_path / "hmac")}
    lab("acme", "start", "staging", "--account", f"key-1:{HMAC_KEY}")
    with asking() as reached:
        deploy(certs, external_account=account, profile="classic")
    assert "POST /sign-me-up" in reached
    assert trusted(certs.site, "staging")
    kept = "/etc/slipway/external-account.ini"
    certs.run(f"sed --quiet 's/^eab-hmac-key = //p' {kept} >/run/wanted && test -s /run/wanted")
    files = "/etc/slipway /etc/letsencrypt /var/lib/slipway /var/log"  # sudo's words among them
    assert certs.run(f"grep --recursive --files-with-matches --file /run/wanted {files}") == kept
    assert certs.run(f"stat --format %a {kept}") == "600"
