"""What visitors do not get is found by the host itself, shown and told, with its begin and end."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.site import wait_until

pytestmark = pytest.mark.destructive
TOLD = "/run/told"
TELL = "/usr/local/bin/tell"
MINUTES = 200  # seconds until an alert has gone out: two minutes, and more on a busy machine
SAVED = 30  # seconds from an alert until the look that sent it has ended
RULE = "INPUT {} --protocol tcp --dport 443 --jump DROP"


@pytest.fixture(scope="module", autouse=True)
def told(target: Target) -> Iterator[None]:
    """Alerts are written to a file."""
    target.run(f"printf '#!/bin/sh\\n(cat; echo) >>{TOLD}\\n' >{TELL}; chmod 755 {TELL}")
    assert target.deploy(alerts={"command": [TELL]}).returncode == 0
    yield
    assert target.deploy().returncode == 0
    target.run(f"rm --force {TELL} {TOLD}")


@contextmanager
def broken(target: Target, spoil: str, mend: str) -> Iterator[None]:
    """Something is broken, and is mended at the end; nobody was told of anything before."""
    target.run(f": >{TOLD}")
    target.run(spoil)
    try:
        yield
    finally:
        target.run(mend, check=False)


def alerts(target: Target) -> str:
    return target.run(f"cat {TOLD}")


def is_told(target: Target, words: str) -> None:
    """An alert with these words goes out in time, and the status has them meanwhile."""
    took = wait_until(lambda: words in alerts(target), MINUTES)
    print(f"told after {took:.0f} s: {words}")
    wait_until(lambda: words in target.run("slipway status"), SAVED)


def is_over(target: Target, words: str) -> None:
    """An alert says that it is over, and the status shows it no more."""
    wait_until(lambda: f"over: {words}" in alerts(target), MINUTES)
    assert "Ended: " in alerts(target)
    wait_until(lambda: words not in target.run("slipway status"), SAVED)


def test_a_site_that_nobody_mends_is_told_within_about_two_minutes(target: Target) -> None:
    web = target.container("web")
    answered = f"https://{target.site.domain}/healthz: answered 502"
    away = f"systemctl stop '*-guard.timer' {layout.WATCHDOG_TIMER}; docker stop --time 0 {web}"
    back = f"docker start {web}; systemctl start {layout.WATCHDOG_TIMER} slipway-guard.timer"
    with broken(target, away, back):
        target.run("! slipway site-check")
        is_told(target, answered)
        assert f"docker logs --tail 50 {web} says why" in alerts(target)
        target.run("! systemctl start slipway-check.service")
    is_over(target, answered)
    target.run("systemctl start slipway-check.service")


@pytest.mark.parametrize("where", ["", "! --in-interface lo"])
def test_a_port_that_a_firewall_closes_is_told_also_where_the_host_itself_gets_through(
    target: Target, where: str
) -> None:
    rule = RULE.format(where)
    closed = "nginx listens on port 443, but nobody reaches it"
    with broken(target, f"iptables --insert {rule}", f"iptables --delete {rule}"):
        is_told(target, closed)
        if not where:  # the host itself gets no answer either
            done = target.deploy(alerts={"command": [TELL]})
            assert done.returncode != 0
            assert "on port 443: slipway site-check says why" in done.stderr
    is_over(target, closed)


def test_a_container_that_runs_out_of_memory_is_told_with_the_setting(target: Target) -> None:
    web = target.container("web")
    grow = "x = bytearray(10**9)"
    eat = f"! docker exec {web} python3 -c {shlex.quote(grow)}"
    with broken(target, eat, "true"):
        is_told(target, f"{web} ran out of memory once")
        assert "raise web.memory" in alerts(target)
    assert target.site.works()


def test_a_state_that_became_read_only_is_told(target: Target) -> None:
    state = LAYOUT.state
    spoil = f"mount --bind {state} {state} && mount -o remount,bind,ro {state}"
    with broken(target, spoil, f"umount {state}"):
        is_told(target, f"{state} is read-only")
        assert target.site.works()
        done = target.deploy(alerts={"command": [TELL]}, keep_releases=9)
        assert done.returncode != 0
        assert f"{state} is read-only: mount -o remount,rw" in done.stderr
        assert "Nothing was changed." in done.stderr
    is_over(target, f"{state} is read-only")


def test_containers_get_their_way_out_again_and_it_is_told(target: Target) -> None:
    containers = target.run("docker ps --quiet --no-trunc | sort")
    lost = "iptables --table nat --flush POSTROUTING"
    with broken(target, lost, "systemctl restart docker"):
        mended = "containers had no way out, and have it again"
        took = wait_until(lambda: mended in alerts(target), MINUTES)
        print(f"mended and told after {took:.0f} s: {lost}")
        assert "MASQUERADE" in target.run("iptables --table nat --list-rules POSTROUTING")
    assert target.run("docker ps --quiet --no-trunc | sort") == containers
