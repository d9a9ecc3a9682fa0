"""Lets all processes of a web server count into one directory, which any of them can add up.

Files are named after slots and not after process ids: a process takes the lowest free slot and goes
on in its file. Named after ids, two more files would stay each time the server renews a process.

prometheus_client documents no way to name its files: `enable` replaces a name of its module. It is
written for the minor version that pyproject.toml pins; tests/unit/app/test_patches.py says what to
check when that moves.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from itertools import count
from pathlib import Path

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus_client looks for the directory

_slots: dict[int, int] = {}  # by process id, since a fork inherits its parent's
_held: list[int] = []  # descriptors whose locks say that a slot, or the directory, is in use


def enable() -> None:
    """Count in files from now on. Call it before anything imports the metrics.

    The directory is that of PROMETHEUS_MULTIPROC_DIR, else one of this user under /tmp. It is
    emptied unless another process of this server is there already.
    """
    # In memory, and not where TMPDIR leads: a request must not wait for a disk, or find it full.
    default = Path("/tmp", f"slipway-metrics-{os.getuid()}")  # noqa: S108  a directory of its own
    folder = Path(os.environ.setdefault(FOLDER_VARIABLE, str(default)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _join(folder)

    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(process_identifier=_slot)  # type: ignore[no-untyped-call]


def _join(folder: Path) -> None:
    """Be known as one that uses the directory; empty it when nobody did."""
    descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for old in folder.glob("*.db"):
            old.unlink()
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held.append(descriptor)


def _slot() -> int:
    """The number of this process among those that run now."""
    process = os.getpid()
    if process not in _slots:
        folder = Path(os.environ[FOLDER_VARIABLE])
        _slots[process] = next(number for number in count() if _take(folder / f"{number}.lock"))
    return _slots[process]


def _take(path: Path) -> bool:
    """Lock a file for the life of this process; say whether it was free."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _held.append(descriptor)
    return True
