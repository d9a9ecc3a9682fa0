"""The lab itself, with real hosts: what a restart, a kill or a deleted checkout leaves."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from lab import network, processes
from lab.disk import storage
from lab.machines import boot
from tests.lab.conftest import ONE, TWO, Lab

pytestmark = pytest.mark.lab


def test_after_a_restart_of_the_machine_a_host_has_its_disk_and_address(lab: Lab, one: str) -> None:
    lab.ssh(one, "echo kept >file && sync")
    address = lab.env(one)["LAB_ADDRESS"]
    lab.run("down", TWO)
    for pid_file in (*lab.clone.services.glob("*.pid"), boot.pid_file(lab.clone, one)):
        pid = processes.running(pid_file)
        assert pid
        os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not boot.is_running(lab.clone, one), 30)
    storage.unmount(lab.clone)
    network.down(lab.clone.bridge, lab.clone.table)
    shutil.rmtree(lab.clone.sockets)
    assert [one, "stopped"] in [row.split()[:2] for row in lab.run("list").stdout.splitlines()]
    lab.run("up", one)
    assert lab.ssh(one, "cat file") == "kept"
    assert lab.env(one)["LAB_ADDRESS"] == address


def test_an_earlier_root_of_the_ca_stays_trusted(lab: Lab, one: str) -> None:
    roots = Path(lab.env(one)["LAB_CA"])
    before = roots.read_text()
    processes.stop(lab.clone.services / "pebble.pid")
    lab.run("up", one)
    assert roots.read_text().startswith(before)
    assert len(roots.read_text()) > len(before)


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.5, 0.7, 0.9, 1.2])
def test_a_killed_up_is_survived(lab: Lab, one: str, delay: float) -> None:
    run = lab.begin("up", "labtest-killed")
    time.sleep(delay)
    run.kill()
    run.wait()
    lab.run("up", "labtest-killed")
    assert lab.ssh("labtest-killed", "echo well") == "well"
    lab.run("down", "labtest-killed")
    assert boot.is_running(lab.clone, one)
    left = [path.name for path in lab.clone.disk.glob("tmp.*")]
    assert left == []


def test_the_last_down_leaves_nothing_behind(lab: Lab, one: str) -> None:
    assert lab.traces()
    for row in lab.run("list").stdout.splitlines():
        lab.run("down", row.split()[0])
    assert not boot.is_running(lab.clone, one)
    assert processes.wait_until(lambda: lab.traces() == [], 30), lab.traces()


def test_a_clone_whose_checkout_is_gone_is_taken_down_by_any_other(
    lab: Lab, tmp_path: Path
) -> None:
    other = Lab(tmp_path / "other")
    other.run("up", ONE)
    assert other.traces()
    shutil.rmtree(other.clone.checkout)
    lab.run("up", ONE)
    assert processes.wait_until(lambda: other.traces() == [], 30), other.traces()
