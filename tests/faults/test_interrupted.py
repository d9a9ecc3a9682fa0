"""Whatever is killed, whenever: the host runs the old release or the new one, and goes on."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.deployed import CHECKOUT, PYINFRA, deployed
from tests.faults.conftest import INVENTORY, Target, lab
from tests.faults.load import asked_steadily
from tests.lab import boot, processes
from tests.lab.paths import this_clone
from tests.site import wait_until

pytestmark = pytest.mark.destructive
BLANK = "blank"
COLOURS = ("red", "green")
SWITCH_SECONDS = [0.1, 0.5, 0.9, 1.2, 1.4, 1.6, 1.8, 2.1]  # a switch takes about two


@pytest.fixture
def blank() -> Iterator[Target]:
    lab("up", BLANK)
    yield Target(BLANK, deployed(INVENTORY, TEST_HOST=BLANK)[BLANK])
    lab("down", BLANK)


def begin(target: Target, **settings: object) -> "subprocess.Popen[str]":
    """Starts a deploy whose output can be followed."""
    environment = {"TEST_HOST": target.name, "TEST_SETTINGS": json.dumps(settings)}
    return subprocess.Popen(
        [*PYINFRA, INVENTORY, "deploy.py", "-y"],
        cwd=CHECKOUT,
        env={**os.environ, "PYINFRA_PROGRESS": "off", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def killed_in_operation(target: Target, number: int) -> bool:
    """Deploys, and kills pyinfra in its n-th operation; False when it has fewer."""
    running = begin(target)
    assert running.stderr
    seen = 0
    with running.stderr:
        for line in running.stderr:
            seen += "Starting operation" in line
            if seen == number:
                time.sleep(0.3)
                os.killpg(running.pid, signal.SIGKILL)
                break
    running.wait()
    return seen == number


def consistent(target: Target) -> str:
    """The one colour of the release that serves, asserted to be the same in all of it."""
    release = target.release()
    found = {
        target.run(f"docker exec slipway-{release}-{service}-1 printenv COLOUR", check=False)
        for service in ("web", "worker")
    }
    assert len(found) == 1, found
    return found.pop()


def running_releases(target: Target) -> set[str]:
    shown = target.run("docker ps --format '{{.Names}}' --filter name=-web-1")
    return {name.split("-")[1] for name in shown.split()}


def test_a_first_deploy_may_be_killed_in_every_operation(blank: Target) -> None:
    number = 1
    while killed_in_operation(blank, number):
        number += 1
    assert number > 15
    assert blank.deploy().returncode == 0
    wait_until(blank.healthy, 30)
    assert blank.site.run_job(1)["state"] == "finished"
    totals = json.loads(blank.deploy("--json").stdout)["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0)


@pytest.mark.parametrize("seconds", SWITCH_SECONDS)
def test_a_switch_that_is_killed_leaves_the_old_release_or_the_new(
    target: Target, seconds: float
) -> None:
    old = consistent(target)
    new = COLOURS[SWITCH_SECONDS.index(seconds) % 2]
    switching = "systemctl is-active --quiet slipway-switch"
    with asked_steadily(target) as failures:
        running = begin(target, app={"environment": {"COLOUR": new}})
        target.run(f"until {switching}; do sleep 0.02; done; sleep {seconds};"
                   " systemctl kill --signal KILL slipway-switch || true")  # fmt: skip
        running.communicate()
        time.sleep(0.5)
    assert failures == []
    target.run("slipway watch")
    wait_until(target.healthy, 60)
    assert consistent(target) in {old, new}
    done = target.deploy(app={"environment": {"COLOUR": new}})
    assert done.returncode == 0, done.stderr
    assert consistent(target) == new
    assert json.loads(target.run("slipway release-state"))["up"]


def test_a_lost_connection_does_not_stop_a_switch(target: Target) -> None:
    before = len(target.history())
    running = begin(target, app={"environment": {"COLOUR": "lost"}})
    target.run("until systemctl is-active --quiet slipway-switch; do sleep 0.02; done")
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    target.run("while systemctl is-active --quiet slipway-switch; do sleep 0.1; done")
    assert target.history()[-1]["result"] == "live"
    assert len(target.history()) == before + 1
    assert consistent(target) == "lost"
    assert target.deploy().returncode == 0


@pytest.mark.parametrize("seconds", [0.6, 1.5])
def test_a_host_that_stops_dead_during_a_switch_comes_back_whole(
    target: Target, seconds: float
) -> None:
    running = begin(target, app={"environment": {"COLOUR": f"dead-{seconds}"}})
    target.run("until systemctl is-active --quiet slipway-switch; do sleep 0.02; done")
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
