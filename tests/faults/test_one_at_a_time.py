"""One change of a host at a time: a second one is refused before it changes anything."""

import os
import signal

import pytest

from tests.faults.conftest import Target, begin, once

pytestmark = pytest.mark.destructive
UNDER_WAY = "another change of this host is under way: "
BEGUN = once("systemctl is-active --quiet slipway-deploy")


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
