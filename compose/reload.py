"""Runs a command, and again whenever a Python file under a folder changes: for development.

It looks at the files' times twice a second: that works on every mount of every system.
usage: reload.py FOLDER COMMAND...
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

PAUSE = 0.5  # seconds between two looks
PATIENCE = 5  # seconds that the command may take to stop


def times(folder: Path) -> dict[Path, int]:
    """When each Python file was last changed."""
    found = {}
    for path in folder.rglob("*.py"):
        try:
            found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:  # an editor has just renamed it
            continue
    return found


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the command, by force if it does not hear."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def follow(folder: Path, command: list[str]) -> NoReturn:
    """Runs the command for ever; one that ended by itself waits for the next change."""
    known = times(folder)
    process = subprocess.Popen(command)
    try:
        while True:
            time.sleep(PAUSE)
            now = times(folder)
            if now != known:
                known = now
                print(f"a file under {folder} changed: starting again", flush=True)
                stop(process)
                process = subprocess.Popen(command)
    finally:
        stop(process)


def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Ends in order when it is told to."""
    raise SystemExit(0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: reload.py FOLDER COMMAND...")
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    follow(Path(sys.argv[1]), sys.argv[2:])
