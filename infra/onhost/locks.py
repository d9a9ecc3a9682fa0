"""The deploy lock, and others like it: held by one process, and let go when it ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .command import Failure, say

LOCK_SECONDS = 0.5
WATCHDOG = "the watchdog"  # as it says when it holds the deploy lock
WATCHDOG_SECONDS = 120.0  # that whoever wants this lock waits for it


@contextlib.contextmanager
def lock(
    path: Path,
    purpose: str,
    wait: float = LOCK_SECONDS,
    busy: str = "another change of this host is under way",
) -> Iterator[None]:
    """Holds a lock, which ends with its holder; waits for another one for `wait` seconds.

    Then raises Failure: `busy`, and who holds it. Who waits for longer is told that, too. The
    watchdog is waited for in any case: what it does takes seconds, and refuses nobody.
    """
    with path.open("a+") as file:
        if not _taken(file, min(wait, LOCK_SECONDS)) and not _given_by_watchdog(file):
            if wait > LOCK_SECONDS:
                say(f"{busy}: waiting up to {wait:.0f} s for it to end: {_holder(file)}")
            if wait <= LOCK_SECONDS or not _taken(file, wait - LOCK_SECONDS):
                raise Failure(f"{busy}: {_holder(file)}")
        file.truncate(0)
        file.write(f"{purpose}, process {os.getpid()}, since {time.ctime()}\n")
        file.flush()
        yield


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip() or "its purpose is not known"


def _given_by_watchdog(file: IO[str]) -> bool:
    """Takes the lock when the watchdog lets it go, if it is the watchdog that has it."""
    return _holder(file).startswith(WATCHDOG) and _taken(file, WATCHDOG_SECONDS)


def _taken(file: IO[str], seconds: float) -> bool:
    """Tries for a while: who asks whether it is locked holds the lock while asking."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(min(0.01 + seconds / 1000, 0.25))
        else:
            return True


def locked(path: Path, but_by: str = "") -> bool:
    """Whether somebody holds this lock, but for one whose purpose begins with these words."""
    try:
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return not (but_by and _holder(file).startswith(but_by))
    except FileNotFoundError:
        pass
    return False
