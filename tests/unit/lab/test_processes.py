"""A process is known by pid and start time, so that nobody else's is ever stopped."""

import os
import subprocess
from pathlib import Path

import pytest

from lab import processes
from lab.processes import Identity
from lab.progress import LabError

STAT = "4242 (a (b) c) S " + " ".join(str(number) for number in range(1, 50))


def test_the_start_time_is_read_behind_a_name_with_brackets_and_spaces() -> None:
    assert processes.started(STAT) == 19


def test_a_zombie_does_not_run() -> None:
    assert processes.started(STAT.replace(" S ", " Z ")) is None


@pytest.mark.parametrize("text", ["", "42", "42 17", "x 17 boot", "42 17 boot more"])
def test_a_pid_file_that_was_cut_short_names_nobody(text: str) -> None:
    assert Identity.parse(text) is None


def test_an_identity_survives_being_written() -> None:
    known = Identity(42, 17, "boot")
    assert Identity.parse(known.text()) == known


def test_a_running_process_is_found_by_its_file(tmp_path: Path) -> None:
    me = processes.identify(os.getpid())
    assert me
    (tmp_path / "pid").write_text(me.text())
    assert processes.running(tmp_path / "pid") == os.getpid()


def test_a_pid_of_another_start_or_boot_is_somebody_else(tmp_path: Path) -> None:
    me = processes.identify(os.getpid())
    assert me
    for other in (Identity(me.pid, me.started + 1, me.boot), Identity(me.pid, me.started, "b")):
        (tmp_path / "pid").write_text(other.text())
        assert processes.running(tmp_path / "pid") is None
        processes.stop(tmp_path / "pid")  # would end this very test run


def test_a_started_process_is_recorded_and_can_be_stopped(tmp_path: Path) -> None:
    processes.start(("sleep", "60"), tmp_path / "pid", tmp_path / "log", {})
    assert processes.running(tmp_path / "pid")
    processes.stop(tmp_path / "pid")
    assert not (tmp_path / "pid").exists()


def test_the_absence_of_a_pid_file_is_no_error(tmp_path: Path) -> None:
    processes.stop(tmp_path / "pid")
    assert processes.running(tmp_path / "pid") is None


def test_a_failed_command_says_why_in_one_line() -> None:
    with pytest.raises(LabError, match="No such file"):
        processes.run("cat", "/nowhere")
    assert subprocess.run(("true",), check=False).returncode == 0
