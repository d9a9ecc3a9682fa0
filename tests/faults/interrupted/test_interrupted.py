"""Whatever is killed, whenever: the host runs the old release or the new one, and goes on."""

import json
import os
import signal
import time

import pytest

from lab import processes
from lab.machines import boot
from lab.paths import this_clone
from tests.faults.conftest import Target, begin, lab, once
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
SWITCHING = "systemctl is-active --quiet slipway-switch"
SERVICE = "label=com.docker.compose.service"
HISTORY = "/var/lib/slipway/history.jsonl"
STAGES = ["command", "start", "health", "static", "checks", "workers", "traffic", "acceptance",
          "retire"]  # fmt: skip
LINK = "link"  # has been moved, and nginx has not loaded the routes behind it
MOMENTS = [*((stage, 0.0) for stage in STAGES[1:]), (LINK, 0.0), ("start", 0.3), ("workers", 1.5)]
# Settings of two releases that differ in web, workers, and in nginx' routes.
COLOURS = {"red": "1m", "green": "2m"}


def settings(colour: str) -> dict[str, object]:
    return {
        "app": {"environment": {"COLOUR": colour}},
        "nginx": {"body_size": COLOURS[colour]},
    }


def routed(target: Target) -> str:
    """The colour whose limit nginx has."""
    small = target.site.ask("/date/", "POST", b"x" * 1_500_000).status == 413
    return "red" if small else "green"


def reached(moment: str) -> str:
    """A shell's command that returns as soon as a switch is there, or past it, or has ended."""
    if moment == LINK:
        there = 'test "$(readlink /var/lib/slipway/web/current)" != "$old"'
    else:
        later = "|".join(STAGES[STAGES.index(moment) :])
        line = f"tail --lines +$((lines + 1)) {HISTORY}"  # its own, which it adds
        there = f"""{line} | grep --quiet --extended-regexp '"now": "({later})"'"""
    return (
        f"lines=$(wc --lines <{HISTORY}); old=$(readlink /var/lib/slipway/web/current);"
        f" {once(SWITCHING)}; while {SWITCHING} && ! {there}; do :; done"
    )


def consistent(target: Target) -> str:
    """The one colour of the release that serves, asserted to be the same in all of it.

    A worker that a killed switch had told to end is replaced by the watchdog.
    """
    project = f"label=com.docker.compose.project=slipway-{target.release()}"
    found = set()
    for service in ("web", "worker"):
        filters = ("health=healthy", project, f"{SERVICE}={service}")
        up = "docker ps --quiet" + "".join(f" --filter {one}" for one in filters)
        wait_until(lambda shown=up: target.run(shown), 60)
        found |= {target.run(f"docker exec {container} printenv COLOUR", check=False)
                  for container in target.run(up).split()}  # fmt: skip
    assert len(found) == 1, found
    return found.pop()


def running_releases(target: Target) -> set[str]:
    shown = target.run("docker ps --format '{{.Names}}' --filter name=-web-1")
    return {name.split("-")[1] for name in shown.split()}


@pytest.mark.parametrize(("moment", "later"), MOMENTS)
def test_a_switch_that_is_killed_leaves_the_old_release_or_the_new(
    target: Target, moment: str, later: float
) -> None:
    old = consistent(target)
    new = "green" if old == "red" else "red"
    with asked_steadily(target) as failures:
        running = begin(target, **settings(new))
        # A quick switch may have ended after the sleep: then there is nothing to kill.
        target.run(f"{reached(moment)}; sleep {later};"
                   " systemctl kill --signal KILL slipway-switch || true")  # fmt: skip
        running.communicate()
        time.sleep(0.5)
    assert failures == []
    [killed] = target.history()[-1:]
    print(f"killed {later} s after {moment!r}: {killed['result']} {killed['reason']}")
    assert killed["result"] == "interrupted" or later
    target.run("slipway watch")
    wait_until(target.healthy, 60)
    assert consistent(target) in {old, new}
    wait_until(lambda: running_releases(target) == {target.release()}, 60)
    wait_until(lambda: routed(target) == consistent(target) or not consistent(target), 30)
    unit = f"slipway@{target.release()}.service"
    wait_until(lambda: target.run(f"systemctl is-enabled {unit}", check=False) == "enabled", 60)
    done = target.deploy(**settings(new))
    assert done.returncode == 0, done.stderr
    assert consistent(target) == routed(target) == new
    assert json.loads(target.run("slipway release-state"))["up"]
    workers = f"docker ps --quiet --filter {SERVICE}=worker | wc --lines"
    wait_until(lambda: target.run(workers) == "1", 60)  # also one that was started again


def test_a_lost_connection_does_not_stop_a_switch(target: Target) -> None:
    before = len(target.history())
    running = begin(target, app={"environment": {"COLOUR": "lost"}})
    target.run(once(SWITCHING))
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    target.run(once(f"! {SWITCHING}"))
    assert target.history()[-1]["result"] == "live"
    assert len(target.history()) == before + 1
    assert consistent(target) == "lost"
    assert target.deploy().returncode == 0


@pytest.mark.parametrize("moment", ["start", "workers", LINK])
def test_a_host_that_stops_dead_during_a_switch_comes_back_whole(
    target: Target, moment: str
) -> None:
    running = begin(target, app={"environment": {"COLOUR": f"dead-{moment}"}})
    target.run(reached(moment))
    clone = this_clone()
    processes.stop(boot.pid_file(clone, target.name), signal.SIGKILL)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    lab("up", target.name)
    wait_until(target.healthy, 60)
    assert consistent(target) in {"", f"dead-{moment}"}
    wait_until(lambda: running_releases(target) == {target.release()}, 90)
    done = target.deploy()
    assert done.returncode == 0, done.stderr
    assert consistent(target) == ""
