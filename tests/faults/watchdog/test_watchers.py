"""Somebody watches the watchdog and the alerts: whatever is broken or off, a person hears of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.faults.watchdog.conftest import healed
from tests.site import wait_until

pytestmark = pytest.mark.destructive
Told = Callable[[], str]
PROGRAMS, ALERTS = LAYOUT.current_programs / "onhost", LAYOUT.current_alert_programs / "onhost"


@contextmanager
def broken(target: Target, *files: object, by: str = "echo '(' >> {0}") -> Iterator[None]:
    """These files are spoilt within the context."""
    for file in files:
        target.run(f"cp --preserve {file} {file}.kept; {by.format(file)}")
    try:
        yield
    finally:
        for file in files:
            target.run(f"mv {file}.kept {file}")
        target.run("systemctl reset-failed")


def alert(target: Target, name: str = "a-test") -> None:
    target.run(f"systemctl start slipway-alert@{name}.service", check=False)


@pytest.mark.parametrize("by", ["echo '(' >> {0}", ": > {0}"])
def test_an_alert_goes_out_when_the_programs_are_broken(
    target: Target, told: Told, by: str
) -> None:
    with broken(target, PROGRAMS / "command.py", by=by):
        wait_until(lambda: "slipway-watchdog.service failed on" in told(), 60)
        wait_until(lambda: "are not those of the deploy" in told(), 90)
    healed(target, "programs put right", 60)


def test_an_alert_goes_out_when_the_host_s_settings_are_broken(target: Target, told: Told) -> None:
    with broken(target, LAYOUT.host_config, by=": > {0}"):
        wait_until(lambda: "slipway-watchdog.service failed on" in told(), 60)
        wait_until(lambda: f"{LAYOUT.host_config} cannot be read" in told(), 90)


@pytest.mark.parametrize("by", [": > {0}", "echo '{{' > {0}", "rm {0}"])
def test_an_alert_goes_out_when_the_ways_of_alerts_are_broken(
    target: Target, told: Told, by: str
) -> None:
    with broken(target, LAYOUT.alerts, by=by):
        alert(target)
        assert "a-test failed on" in told()
        assert f"{LAYOUT.alerts} cannot be read" in told()


@pytest.mark.parametrize("file", ["__main__.py", "send.py", "channels.py"])
@pytest.mark.parametrize("by", ["echo '(' >> {0}", ": > {0}"])
def test_an_alert_goes_out_when_the_programs_of_alerts_are_broken(
    target: Target, told: Told, file: str, by: str
) -> None:
    with broken(target, ALERTS / "alerts" / file, by=by):
        alert(target)
        wait_until(lambda: "a-test failed on" in told(), 20)
        assert told().count("a-test failed on") == 1


def test_an_alert_that_nobody_took_is_sent_later(target: Target, told: Told) -> None:
    with broken(target, LAYOUT.alerts, LAYOUT.alerts_copy, by="sed -i s/tee/false/ {0}"):
        alert(target)
        assert "a-test failed on" not in told()
        failed = target.run("systemctl list-units --failed --plain --no-legend")
        assert "slipway-alert" in failed
    healed(target, "an alert that waited", 90, lambda: "a-test failed on" in told())


@pytest.mark.parametrize("timer", [layout.WATCHDOG_TIMER, layout.CHECK_TIMER, layout.GUARD_TIMER])
def test_a_timer_that_was_stopped_runs_again_and_is_told(
    target: Target, told: Told, timer: str
) -> None:
    target.run(f"systemctl stop {timer}")
    active = f"systemctl is-active {timer}"
    healed(target, timer, 600, lambda: target.run(active, check=False) == "active")
    wait_until(lambda: timer in told(), 60)


def test_a_timer_that_was_disabled_is_told_and_stays_off(target: Target, told: Told) -> None:
    target.run(f"systemctl disable --now {layout.CERTIFICATE_TIMER}")
    try:
        healed(target, "disabled timer", 400, lambda: layout.CERTIFICATE_TIMER in told())
        assert f"{layout.CERTIFICATE_TIMER} is inactive disabled" in target.run("slipway status")
    finally:
        target.run(f"systemctl enable --now {layout.CERTIFICATE_TIMER}")
