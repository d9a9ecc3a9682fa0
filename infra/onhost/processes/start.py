"""Starts a process in its container: `python3 -IS start.py [--alone DIR] [--socket FILE] -- ...`.

It runs there by itself, so it needs Python's standard library alone, of any version from 3.9.
"""

import fcntl
import os
import sys
from pathlib import Path

# The group may write to what is made: nginx has to connect to the socket.
UMASK = 0o007


def main() -> None:
    """Becomes the command that stands behind `--`."""
    end = sys.argv.index("--")
    options = dict(zip(sys.argv[1:end:2], sys.argv[2:end:2], strict=False))
    if alone := options.get("--alone"):
        _be_the_only_one(alone)
    if socket := options.get("--socket"):
        os.umask(UMASK)
        Path(socket).unlink(missing_ok=True)  # of a process that has crashed
    command = sys.argv[end + 1 :]
    try:
        os.execvp(command[0], command)  # noqa: S606  the settings' own command
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


def _be_the_only_one(folder: str) -> None:
    """Waits until no other container has the lock of this folder; it ends with the process."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waiting: the one before still runs", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock, True)


if __name__ == "__main__":
    main()
