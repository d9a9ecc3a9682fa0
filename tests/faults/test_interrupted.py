"""Whatever is killed, whenever: the host runs the old release or the new one, and goes on."""

import json
import os
import signal
import time

import pytest

from tests.faults.conftest import Target, begin, lab, once
from tests.faults.load import asked_steadily
from tests.lab import boot, processes
from tests.lab.paths import this_clone
from tests.site import wait_until

pytestmark = pytest.mark.destructive
COLOURS = ("red", "green")
SWITCHING = "systemctl is-active --quiet slipway-switch"
SWITCH_SECONDS = [
    0.1,
    0.5,
    0.9,
    1.2,
    1.4,
    1.6,
    1.8,
    2.1,
    2.6,
    3.2,
    3.8,
]  # a switch takes about four


def consistent(target: Target) -> str:
    """The one colour of the release that serves, asserted to be the same in all of it.

    A worker that a killed switch had told to end is started again by the watchdog.
    """
    containers = [f"slipway-{target.release()}-{service}-1" for service in ("web", "worker")]
    up = "docker ps --quiet --filter health=healthy"
    for container in containers:
        wait_until(lambda name=container: target.run(f"{up} --filter name=^{name}$"), 60)
    found = {target.run(f"docker exec {name} printenv COLOUR", check=False) for name in containers}
    assert len(found) == 1, found
    return found.pop()


def running_releases(target: Target) -> set[str]:
    shown = target.run("docker ps --format '{{.Names}}' --filter name=-web-1")
    return {name.split("-")[1] for name in shown.split()}


@pytest.mark.parametrize("seconds", SWITCH_SECONDS)
def test_a_switch_that_is_killed_leaves_the_old_release_or_the_new(
    target: Target, seconds: float
) -> None:
    old = consistent(target)
    new = COLOURS[SWITCH_SECONDS.index(seconds) % 2]
    with asked_steadily(target) as failures:
        running = begin(target, app={"environment": {"COLOUR": new}})
        # A quick switch has ended by the last of these moments: there is nothing to kill then.
        target.run(f"{once(SWITCHING)} && sleep {seconds} &&"
                   " (systemctl kill --signal KILL slipway-switch || true)")  # fmt: skip
        running.communicate()
        time.sleep(0.5)
    assert failures == []
    target.run("slipway watch")
    wait_until(target.healthy, 60)
    assert consistent(target) in {old, new}
    wait_until(lambda: running_releases(target) == {target.release()}, 60)
    unit = f"slipway@{target.release()}.service"
    wait_until(lambda: target.run(f"systemctl is-enabled {unit}", check=False) == "enabled", 60)
    done = target.deploy(app={"environment": {"COLOUR": new}})
    assert done.returncode == 0, done.stderr
    assert consistent(target) == new
    assert json.loads(target.run("slipway release-state"))["up"]
    workers = "docker ps --quiet --filter name=-worker-1 | wc --lines"
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


@pytest.mark.parametrize("seconds", [0.6, 1.5])
def test_a_host_that_stops_dead_during_a_switch_comes_back_whole(
    target: Target, seconds: float
) -> None:
    running = begin(target, app={"environment": {"COLOUR": f"dead-{seconds}"}})
    target.run(once(SWITCHING))
    time.sleep(seconds)
    clone = this_clone()
    processes.stop(boot.pid_file(clone, target.name), signal.SIGKILL)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    lab("up", target.name)
    wait_until(target.healthy, 60)
    assert consistent(target) in {"", f"dead-{seconds}"}
    wait_until(lambda: running_releases(target) == {target.release()}, 90)
    done = target.deploy()
    assert done.returncode == 0, done.stderr
    assert consistent(target) == ""
