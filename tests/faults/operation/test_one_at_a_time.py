"""One change of a host at a time: a second one is refused before it changes anything."""

import os
import signal
import time

import pytest

from infra.onhost.layout import LAYOUT
from tests.faults.conftest import INVENTORY, Target, begin, once, pyinfra

pytestmark = pytest.mark.destructive
LOCK = LAYOUT.deploy_lock
SILENCE = 60  # seconds that its holder may say nothing
UNDER_WAY = "another change of this host is under way: "
BEGUN = once(f"test -e {LOCK} && ! flock --nonblock --shared {LOCK} true")


def kept_releases(target: Target) -> str:
    """A setting that a deploy writes long before it switches."""
    return target.run("grep keep_releases /etc/slipway/host.json")


def test_a_second_deploy_is_refused_and_names_the_first(target: Target) -> None:
    before = kept_releases(target)
    first = begin(target, app={"release_command": ["sleep", "20"]})  # longer than a second waits
    target.run(BEGUN)
    second = target.deploy(keep_releases=9)
    _, told = first.communicate()
    assert second.returncode != 0
    assert UNDER_WAY + "deploy by " in second.stderr
    assert "Nothing was changed." in second.stderr
    assert "Traceback" not in second.stderr
    assert kept_releases(target) == before
    assert first.returncode == 0, told
    assert target.deploy().returncode == 0


def test_a_deploy_gives_its_place_back_when_it_is_killed(target: Target) -> None:
    first = begin(target)
    target.run(BEGUN)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    done = target.deploy()
    assert done.returncode == 0, done.stderr


def test_a_frozen_deploy_gives_way_and_changes_nothing_when_it_wakes(target: Target) -> None:
    """It loses its connection with the lock: what it still wants to do reaches the host no more."""
    first = begin(target, keep_releases=7)
    target.run(BEGUN)
    os.killpg(first.pid, signal.SIGSTOP)
    try:
        too_early = target.deploy(keep_releases=9)
        assert UNDER_WAY + "deploy by " in too_early.stderr
        time.sleep(SILENCE)
        second = target.deploy(keep_releases=8)
        assert second.returncode == 0, second.stderr
    finally:
        os.killpg(first.pid, signal.SIGCONT)
    first.communicate(timeout=120)
    assert first.returncode != 0
    assert kept_releases(target).rstrip(",") == '"keep_releases": 8'
    assert target.deploy().returncode == 0


def test_a_rollback_is_a_change_too(target: Target) -> None:
    """It is refused while somebody deploys: the deploy's own switch would undo it."""
    first = begin(target, app={"release_command": ["sleep", "20"]})
    target.run(BEGUN)
    back = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    _, told = first.communicate()
    assert back.returncode != 0
    assert UNDER_WAY + "deploy by " in back.stderr
    assert first.returncode == 0, told
    assert target.deploy().returncode == 0


def test_a_plan_takes_no_lock_and_is_refused_by_none(target: Target) -> None:
    with_lock = f"systemd-run --quiet --unit slipway-test-lock flock {LOCK} sleep 600"
    target.run(with_lock)
    try:
        target.run(BEGUN)
        planned = pyinfra("--dry", INVENTORY, "deploy.py", TEST_HOST=target.name)
        assert planned.returncode == 0, planned.stderr
        assert UNDER_WAY not in planned.stderr
    finally:
        target.run("systemctl stop slipway-test-lock", check=False)


def test_the_status_names_who_deploys(target: Target) -> None:
    first = begin(target)
    target.run(BEGUN)
    shown = target.run("slipway status")
    first.communicate()
    assert "deploy by " in shown


def test_a_deploy_is_refused_while_a_switch_goes_on_that_nobody_looks_at(target: Target) -> None:
    unit = "systemd-run --quiet --unit slipway-switch flock /run/slipway.lock sleep 600"
    target.run(f"echo 'deploy of release x by somebody' > /run/slipway.lock; {unit}")
    try:
        target.run(once("! flock --nonblock /run/slipway.lock true"))
        done = target.deploy(keep_releases=9)
        assert done.returncode != 0
        assert UNDER_WAY + "deploy of release x by somebody" in done.stderr
        assert 'keep_releases": 9' not in kept_releases(target)
    finally:
        target.run("systemctl stop slipway-switch", check=False)
    assert target.deploy().returncode == 0
