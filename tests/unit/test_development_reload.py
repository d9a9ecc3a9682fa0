"""The command that starts another again when the source changes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.conftest import ROOT, until

RELOAD = ROOT / "compose" / "reload.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.py").touch()
    return tmp_path


@pytest.fixture
def output(folder: Path) -> Iterator[Path]:
    """What the command said, which says so when it starts."""
    said = folder / "said"
    script = "import time; print('up', flush=True); time.sleep(60)"
    command = [sys.executable, str(RELOAD), str(folder / "source"), sys.executable, "-c", script]
    with said.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    until(lambda: said.read_text().count("up") == 1, "the command runs")
    yield said
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_change_a_new_file_and_a_removed_one_start_it_again(folder: Path, output: Path) -> None:
    def started(times: int) -> None:
        until(lambda: output.read_text().count("up") == times, f"it was started {times} times")

    source = folder / "source"
    (source / "a.py").write_text("changed")
    started(2)
    (source / "b.py").touch()
    started(3)
    (source / "b.py").unlink()
    started(4)


def test_other_files_do_not(folder: Path, output: Path) -> None:
    (folder / "source" / "notes.txt").write_text("changed")
    (folder / "source" / "a.py").write_text("changed")  # and this does, so both were looked at
    until(lambda: output.read_text().count("up") == 2, "it was started again")


def test_it_says_how_it_is_used() -> None:
    done = subprocess.run([sys.executable, RELOAD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "usage: reload.py FOLDER COMMAND...\n")
