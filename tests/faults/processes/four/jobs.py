"""A job that leaves a line when it has ended."""

import time
from pathlib import Path


def work(queue: str, number: str) -> None:
    """Takes a moment."""
    time.sleep(0.5)
    with Path("/srv/notes/jobs").open("a") as file:
        file.write(f"{queue} {number}\n")
