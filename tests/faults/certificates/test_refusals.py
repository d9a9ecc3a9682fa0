"""What a CA would refuse is found before it is asked, and said."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.conftest import Target, lab
from tests.faults.served import LOOK, ON_STAGING, SETTLED, asking, leading, served
from tests.site import wait_until

pytestmark = pytest.mark.destructive
ALIAS = "www.certs.slipway.test"
LEDGER = "/var/lib/slipway/issued.jsonl"
SETTINGS = {"certificate": ON_STAGING | {"weekly_limit": 100}, "aliases": [ALIAS]}


@pytest.fixture(scope="module", autouse=True)
def wanting(certs: Target) -> None:
    """The host serves one name, and is to serve two."""
    lab("acme", "start", "staging")
    assert certs.deploy(certificate=SETTINGS["certificate"]).returncode == 0
    certs.run(f"rm --force {LEDGER}")
    with leading(ALIAS, "none"):
        done = certs.deploy(**SETTINGS)
    assert done.returncode != 0
    assert f"{ALIAS}: does not resolve" in done.stdout + done.stderr


@contextmanager
def refused(certs: Target, reason: str) -> Iterator[None]:
    """Renewing fails with this reason; the CA is not asked, and what was served is served."""
    before = served(certs.site)
    with asking() as reached:
        said = certs.run("! slipway certificate-renew 2>&1")
        yield
    assert reason in said
    assert set(reached) <= {LOOK}
    assert served(certs.site) == before


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (["none"], f"{ALIAS}: does not resolve"),
        (["A=GATEWAY"], f"{ALIAS}: the A record GATEWAY is not an address of this host"),
        (["A=HOST", "AAAA=2001:db8::1"], f"{ALIAS}: the AAAA record 2001:db8::1 is not an"),
        (["A=HOST", "A=GATEWAY"], f"{ALIAS}: the A record GATEWAY is not an address of this host"),
        (["CAA=ca.example"], f"{ALIAS}: CAA records of {ALIAS} allow ca.example"),
    ],
)
def test_records_that_a_ca_would_stumble_over(
    certs: Target, records: list[str], reason: str
) -> None:
    host = certs.site.address
    gateway = f"{host.rpartition('.')[0]}.1"

    def filled(text: str) -> str:
        return text.replace("GATEWAY", gateway).replace("HOST", host)

    with leading(ALIAS, *map(filled, records)), refused(certs, filled(reason)):
        pass


def test_a_firewall_before_port_80(certs: Target) -> None:
    closed = "INPUT --protocol tcp --dport 80 --jump DROP"
    certs.run(f"iptables --insert {closed}")
    try:
        with refused(certs, "port 80 there does not serve the webroot"):
            pass
    finally:
        certs.run(f"iptables --delete {closed}")


def test_a_challenge_that_fails_is_counted_and_five_in_an_hour_are_enough(certs: Target) -> None:
    gateway = f"{certs.site.address.rpartition('.')[0]}.1"
    closed = f"INPUT --source {gateway} --protocol tcp --dport 80 --jump REJECT"
    began = time.time()
    certs.run(f"iptables --insert {closed}")  # to the CA alone
    try:
        certs.run("! slipway certificate-renew")
    finally:
        certs.run(f"iptables --delete {closed}")
    failed = json.loads(certs.run(f"tail --lines 1 {LEDGER}"))
    assert (failed["granted"], failed["names"]) == (False, sorted([certs.site.domain, ALIAS]))
    assert began < failed["at"] < time.time()
    certs.run(f"for i in 1 2 3 4; do tail --lines 1 {LEDGER} | tee --append {LEDGER}; done")
    with refused(certs, "5 challenges have failed in the last hour"):
        pass
    certs.run(f"rm {LEDGER}")


def test_records_that_name_the_ca_are_no_hindrance(certs: Target) -> None:
    with leading(ALIAS, "CAA=staging.slipway.test"):
        certs.run("slipway certificate-renew")
    wait_until(lambda: served(certs.site).names == {certs.site.domain, ALIAS}, SETTLED)


def test_the_weekly_limit_is_not_exceeded(certs: Target) -> None:
    certificate = ON_STAGING | {"weekly_limit": 1, "key_type": "rsa"}
    done = certs.deploy(aliases=[ALIAS], certificate=certificate)
    assert done.returncode != 0
    assert "the CA's limit is 1: the next one is possible after" in done.stdout + done.stderr
    with refused(certs, "the CA's limit is 1"):
        pass


def test_a_ca_that_wants_an_account_of_its_own(certs: Target) -> None:
    lab("acme", "start", "staging", "--account", "key-1:" + "c2VjcmV0" * 8)
    with refused(certs, "set certificate.external_account"):
        pass
    lab("acme", "start", "staging")
