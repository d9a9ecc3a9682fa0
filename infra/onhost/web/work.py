"""What a web server does while it answers nobody: it may be busy, or hang.

uWSGI's master tells it on a socket of its own ("The uWSGI Stats Server"), gunicorn's processes in
files that `gunicorn.conf.py` has them write. Another server, or one with a configuration of its
own, may tell nothing.
"""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 2.0  # in which a server tells it; a file of gunicorn's is a second old, or two
STALE = 5.0  # seconds after which a process of gunicorn's that tells nothing new hangs


class Work(NamedTuple):
    """What a server's processes have done since they began, and whether one has nothing to do."""

    ended: int
    """Requests, and processes that were replaced, as each is whose request takes too long."""
    free: int
    """Requests that could be answered right now."""


def busy(before: "Work | None", now: "Work | None") -> bool:
    """Whether a server that has not answered in between had other requests to answer.

    A request that takes too long ends with its process: that all are taken does not last.
    """
    if before is None or now is None:
        return False
    return now.ended != before.ended or now.free == 0


def of(path: Path) -> Work | None:
    """The work of the server on a socket; None when it tells nothing."""
    try:
        return _of_uwsgi(Path(f"{path}.stats"))
    except (OSError, ValueError, KeyError):
        return _of_gunicorn(Path("/tmp", str(path).replace("/", "_") + ".work"))  # noqa: S108  theirs


def _of_uwsgi(path: Path) -> Work:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(path))
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    workers = json.loads(told)["workers"]
    return Work(
        sum(worker["requests"] + worker["respawn_count"] for worker in workers),
        sum(1 - core["in_request"] for worker in workers for core in worker["cores"]),
    )


def _of_gunicorn(folder: Path) -> Work | None:
    told = list(_told(folder))
    if not told:
        return None
    return Work(sum(one["ended"] for one in told), sum(one["free"] for one in told))


def _told(folder: Path) -> Iterator[dict[str, Any]]:
    """What the processes wrote that are alive."""
    for file in folder.glob("[0-9]*"):
        try:
            found = json.loads(file.read_text())
        except (OSError, ValueError):
            continue
        if Path("/proc", file.name).exists() and time.monotonic() - found["at"] < STALE:
            yield found
