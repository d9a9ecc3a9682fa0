"""Writes when it began, each of its ticks, and when it ended: two at once would show."""

import os
import signal
import time
from pathlib import Path
from types import FrameType

ME = f"{os.environ['RELEASE']}"


def note(word: str) -> None:
    """A line with the time."""
    with Path("/srv/notes/clock").open("a") as file:
        file.write(f"{time.time():.3f} {ME} {word}\n")


def end(_: int, __: FrameType | None) -> None:
    """Takes a while to end, as what writes a file may."""
    note("ending")
    time.sleep(0.5)
    note("end")
    raise SystemExit


signal.signal(signal.SIGTERM, end)
note("begin")
if os.environ.get("VERSION") == "broken":
    note("end")
    raise SystemExit("no clock here")
while True:
    note("tick")
    time.sleep(0.2)
