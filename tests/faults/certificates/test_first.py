"""A first deploy whose CA does not answer, and what stands before a CA was asked."""

import pytest

from infra.timers import TIMERS
from tests.faults.conftest import Target, lab
from tests.faults.served import ON_STAGING, SETTLED, STAGING, changes, served, trusted
from tests.site import Site, wait_until

pytestmark = pytest.mark.destructive


def test_a_first_deploy_without_its_ca_brings_up_the_rest_and_says_so(certs: Target) -> None:
    lab("acme", "stop", "staging")
    done = certs.deploy(certificate=ON_STAGING)
    assert done.returncode != 0
    assert f"the CA does not answer at {STAGING}" in done.stdout + done.stderr
    found = served(certs.site)
    assert found.self_signed
    assert found.names == {certs.site.domain}
    certs.run("slipway get /healthz")
    certs.run(f"systemctl is-active {' '.join(TIMERS)} && systemctl is-enabled {' '.join(TIMERS)}")


def test_the_placeholder_is_nothing_that_browsers_should_remember(certs: Target) -> None:
    answer = Site(certs.site.domain, certs.site.address, verified=False).ask("/")
    assert answer.status == 200
    assert "strict-transport-security" not in answer.headers


def test_the_check_says_that_the_placeholder_is_served(certs: Target) -> None:
    assert "nginx serves the placeholder" in certs.run("! slipway certificate-check 2>&1")


def test_the_timers_service_gets_it_once_the_ca_answers(certs: Target) -> None:
    lab("acme", "start", "staging")
    certs.run("systemctl start slipway-certificate.service")
    wait_until(lambda: trusted(certs.site, "staging"), SETTLED)
    assert changes(certs.deploy("--json", certificate=ON_STAGING)) == 0


def test_only_root_and_nginx_can_read_the_private_key(certs: Target) -> None:
    key = f"/var/lib/slipway/tls/{certs.site.domain}/privkey.pem"
    assert certs.run(f"stat --dereference --format '%U %g %a' {key}") == "root 10002 640"
    for uid, gid, reads in ((10002, 10002, True), (10001, 10001, False), (65534, 65534, False)):
        drop = f"setpriv --reuid {uid} --regid {gid} --clear-groups"
        assert (certs.run(f"{drop} cat {key} 2>&1 | wc --lines") != "1") == reads, uid
    kept = "/etc/letsencrypt/slipway/archive /etc/letsencrypt/slipway/accounts"
    assert certs.run(f"find {kept} -name 'priv*' -perm /077") == ""
