"""What starts a process in its container: never two at once, and a socket that nginx may use."""

import stat
import subprocess
import sys
import time
from pathlib import Path

from infra.onhost.processes import start

NOTE = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write("begin\\n"); file.flush(); time.sleep(0.4); file.write("end\\n")
"""
LISTEN = """
import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])
"""


def started(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-IS", start.__file__, *words])


def test_a_second_one_begins_when_the_first_has_ended(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    command = ("--alone", str(tmp_path), "--", sys.executable, "-c", NOTE, str(notes))
    running = [started(*command) for _ in range(3)]
    assert [one.wait(20) for one in running] == [0, 0, 0]
    assert notes.read_text().split() == ["begin", "end"] * 3


def test_the_lock_ends_with_the_process_however_that_ends(tmp_path: Path) -> None:
    first = started("--alone", str(tmp_path), "--", "sleep", "60")
    time.sleep(0.5)
    second = started("--alone", str(tmp_path), "--", "true")
    time.sleep(0.5)
    assert second.poll() is None
    first.kill()
    first.wait()
    assert second.wait(10) == 0


def test_the_group_may_write_to_a_socket_and_one_of_before_is_in_nobody_s_way(
    tmp_path: Path,
) -> None:
    socket = tmp_path / "a.sock"
    for _ in range(2):
        words = ("--socket", str(socket), "--", sys.executable, "-c", LISTEN, str(socket))
        assert started(*words).wait(10) == 0
    assert stat.S_IMODE(socket.stat().st_mode) == 0o770


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, start.__file__, "--alone", str(tmp_path), "--", "no-such"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "no-such: No such file or directory\n")
