"""The deploy lock: who holds it, who waits for it, and when it is free again."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.command import Failure
from infra.onhost.locks import WATCHDOG, lock, locked

HOLD = """
import subprocess, sys
from pathlib import Path
from infra.onhost.locks import lock
with lock(Path({path!r}), "a deploy"):
    child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    child.wait()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock, with a child of its own at work."""
    script = HOLD.format(path=str(tmp_path / "lock"))
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        yield process
        process.kill()
        os.kill(child, 9)


def test_a_second_switch_is_refused_with_the_first_one_s_name(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    assert locked(tmp_path / "lock")
    wanted = f"another change of this host is under way: a deploy, process {holder.pid}, since "
    with pytest.raises(Failure) as refused, lock(tmp_path / "lock", "a test"):
        pytest.fail("two hold the lock")
    assert str(refused.value).startswith(wanted)


def test_the_watchdog_is_waited_for(tmp_path: Path) -> None:
    """A tick of it takes seconds: it refuses no deploy and no switch."""
    taken, done = threading.Event(), threading.Event()

    def tick() -> None:
        with lock(tmp_path / "lock", WATCHDOG):
            taken.set()
            time.sleep(1.5)
            done.set()

    watchdog = threading.Thread(target=tick)
    watchdog.start()
    taken.wait()
    with lock(tmp_path / "lock", "a test"):
        assert done.is_set()
    watchdog.join()


def test_the_lock_ends_with_its_holder_and_not_with_the_children_of_it(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert not locked(tmp_path / "lock")
    with lock(tmp_path / "lock", "a test"):
        assert locked(tmp_path / "lock")
        assert (tmp_path / "lock").read_text().startswith(f"a test, process {os.getpid()},")


def test_a_lock_that_was_given_back_can_be_taken_again(tmp_path: Path) -> None:
    assert not locked(tmp_path / "lock")
    with pytest.raises(ZeroDivisionError), lock(tmp_path / "lock", "a test"):
        raise ZeroDivisionError
    with lock(tmp_path / "lock", "a test"):
        pass
    assert not locked(tmp_path / "lock")


def test_a_lock_that_may_be_waited_for_is_waited_for_and_its_holder_is_named(
    tmp_path: Path, holder: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with (
        pytest.raises(Failure, match=rf"^it is in use: a deploy, process {holder.pid}, since "),
        lock(tmp_path / "lock", "a test", 1.2, "it is in use"),
    ):
        pytest.fail("two hold the lock")
    assert 1.1 < time.monotonic() - began < 5
    told = capsys.readouterr().err
    assert told.startswith(
        f"it is in use: waiting up to 1 s for it to end: a deploy, process {holder.pid}"
    )
    threading.Timer(0.8, holder.kill).start()
    with lock(tmp_path / "lock", "a test", 20):
        assert holder.wait() == -9
