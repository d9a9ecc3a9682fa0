"""How many answers hold a thread for their clients' sake, in all processes of the server together.

Each process has a file with its number, in memory. What a process that has died had counts no more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

THREADS = int(os.environ.get("WEB_PROCESSES", "2")) * int(os.environ.get("WEB_THREADS", "2"))
LIMIT = int(os.environ.get("WEB_STREAMS", str(max(1, THREADS // 2))))
# By the socket: unit tests run several servers on one machine.
FOLDER = Path("/tmp", os.environ.get("WEB_SOCKET", "web").replace("/", "_") + ".held")  # noqa: S108


def take() -> bool:
    """Count one more in this process, unless there are as many as may be."""
    with _locked():
        if _total() >= LIMIT:
            return False
        _write(_of(os.getpid()) + 1)
        return True


def free() -> bool:
    """Whether there may be one more."""
    with _locked():
        return _total() < LIMIT


def tell(number: int) -> int:
    """This process has so many; how many there are too many in all."""
    if _of(os.getpid()) == number == 0:
        return 0
    with _locked():
        _write(number)
        return _total() - LIMIT


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _of(process: int) -> int:
    try:
        return int((FOLDER / str(process)).read_text() or 0)
    except FileNotFoundError:
        return 0


def _write(number: int) -> None:
    path = FOLDER / str(os.getpid())
    if number:
        path.write_text(str(number))
    else:
        path.unlink(missing_ok=True)


def _total() -> int:
    names = [path.name for path in FOLDER.glob("[0-9]*")]
    return sum(_of(int(name)) for name in names if Path("/proc", name).exists())
