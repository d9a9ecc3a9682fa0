"""Somebody watches the watchdog and the alerts: whatever is broken or off, a person hears of it."""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.watchdog.look import GUARD_SECONDS
from tests.faults.conftest import Target
from tests.faults.watchdog.conftest import healed
from tests.site import wait_until

pytestmark = pytest.mark.destructive
Told = Callable[[], str]
TOLD = 180  # seconds, for those who look each minute, on a busy machine
TIMER = 400  # the same, for what they bear with for two minutes
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
        wait_until(lambda: "slipway-watchdog.service failed on" in told(), TOLD)
        wait_until(lambda: "are not those of the deploy" in told(), TOLD)
    healed(target, "programs put right", 120)


def test_an_alert_goes_out_when_the_host_s_settings_are_broken(target: Target, told: Told) -> None:
    with broken(target, LAYOUT.host_config, by=": > {0}"):
        wait_until(lambda: "slipway-watchdog.service failed on" in told(), TOLD)
        wait_until(lambda: f"{LAYOUT.host_config} cannot be read" in told(), TOLD)


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
        wait_until(lambda: "a-test failed on" in told(), TOLD)
        assert told().count("a-test failed on") == 1


def test_an_alert_that_nobody_took_is_sent_later(target: Target, told: Told) -> None:
    with broken(target, LAYOUT.alerts, LAYOUT.alerts_copy, by="sed -i s/tee/false/ {0}"):
        alert(target)
        assert "a-test failed on" not in told()
        failed = target.run("systemctl list-units --failed --plain --no-legend")
        assert "slipway-alert" in failed
    healed(target, "an alert that waited", TOLD, lambda: "a-test failed on" in told())


def test_timers_that_were_stopped_run_again_and_one_that_was_disabled_stays_off(
    target: Target, told: Told
) -> None:
    stopped = (layout.WATCHDOG_TIMER, layout.CHECK_TIMER)
    disabled = layout.CERTIFICATE_TIMER
    target.run(f"systemctl stop {' '.join(stopped)}; systemctl disable --now {disabled}")
    try:
        for timer in stopped:
            run = f"systemctl is-active {timer}"
            active = partial(lambda run: target.run(run, check=False) == "active", run)
            healed(target, timer, TIMER, active)
        wait_until(lambda: all(timer in told() for timer in (*stopped, disabled)), TIMER)
        assert f"{disabled} is inactive disabled" in target.run("slipway status")
        assert target.run(f"systemctl is-active {disabled}", check=False) == "inactive"
    finally:
        target.run(f"systemctl enable --now {disabled}")


def test_the_guard_s_timer_that_was_stopped_runs_again_and_is_told(
    target: Target, told: Told
) -> None:
    target.run(f"systemctl stop {layout.GUARD_TIMER} {layout.GUARD_UNIT}")
    memory = json.loads(target.run(f"cat {LAYOUT.guard_memory}"))
    long_ago = json.dumps({**memory, "looked": memory["looked"] - GUARD_SECONDS})
    target.run(f"echo {shlex.quote(long_ago)} > {LAYOUT.guard_memory}")
    active = f"systemctl is-active {layout.GUARD_TIMER}"
    healed(target, "guard", TIMER, lambda: target.run(active, check=False) == "active")
    wait_until(lambda: layout.GUARD_TIMER in told(), TIMER)
