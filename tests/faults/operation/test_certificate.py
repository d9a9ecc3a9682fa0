"""A renewal that nobody notices, and a CA that is out of reach."""

import json

import pytest

from infra.onhost.certificates import store
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.faults.load import asked_steadily
from tests.faults.served import SETTLED, changed, served
from tests.site import wait_until

pytestmark = pytest.mark.destructive


def state(target: Target) -> dict[str, bool]:
    found: dict[str, bool] = json.loads(target.run("slipway certificate-state"))
    return found


def test_a_renewal_is_served_at_once_and_fails_no_request(target: Target) -> None:
    before = served(target.site)
    with asked_steadily(target) as failures:
        target.run(
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt /opt/certbot/bin/certbot renew"
            f" --config-dir {LAYOUT.letsencrypt} --work-dir /var/lib/letsencrypt/slipway"
            " --force-renewal --no-random-sleep-on-renew --non-interactive"
        )
        wait_until(lambda: changed(target.site, before), SETTLED)
    assert failures == []
    assert all(state(target).values()), state(target)


def test_the_timers_service_finds_nothing_to_do_and_says_until_when(target: Target) -> None:
    before = served(target.site)
    target.run("systemctl start slipway-certificate.service")
    assert served(target.site) == before
    target.run("journalctl --sync")
    told = target.run("journalctl --quiet --output cat --unit slipway-certificate --lines 20")
    assert "nginx serves the certificate of " in told


def test_a_stale_certificate_in_nginx_is_found_and_mended(target: Target) -> None:
    wanted = served(target.site)
    folder = LAYOUT.tls / target.site.domain
    target.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9"
        f" -subj /CN={target.site.domain} -keyout /tmp/k.pem -out /tmp/c.pem 2>/dev/null;"
        f" cat /tmp/k.pem > {folder / store.KEY};"
        f" cat /tmp/c.pem > {folder / store.CHAIN}; rm /tmp/k.pem /tmp/c.pem;"
        " docker exec slipway-base-nginx-1 nginx -c /opt/slipway/nginx/nginx.conf -s reload"
    )
    wait_until(lambda: changed(target.site, wanted), SETTLED)
    assert state(target)["served"] is False
    target.run("systemctl start slipway-certificate.service")
    wait_until(lambda: served(target.site) == wanted, SETTLED)


def test_a_deploy_succeeds_while_the_ca_is_out_of_reach(target: Target) -> None:
    block = "OUTPUT --protocol tcp --dport 14000 --jump REJECT"
    target.run(f"iptables --insert {block}")
    try:
        done = target.deploy("--json")
    finally:
        target.run(f"iptables --delete {block}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]["totals"]["success"] == 0, done.stdout
