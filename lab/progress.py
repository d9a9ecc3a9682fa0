"""What a person sees while waiting; stdout stays free for what scripts read."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LabError(Exception):
    """Something a person can act on; shown as one line, without a traceback."""


def say(text: str) -> None:
    """Write one line to stderr."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


@contextmanager
def stage(text: str) -> Iterator[None]:
    """Announce a step that takes a while, and say how long it took."""
    say(f"{text} ...")
    start = time.monotonic()
    yield
    say(f"… done in {time.monotonic() - start:.0f} s")
