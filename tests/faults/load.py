"""A steady load, to see what a fault costs those who ask."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.conftest import Target


@contextmanager
def asked_steadily(target: Target) -> Iterator[list[object]]:
    """Asks twenty times a second, each time on a new connection; yields what failed."""
    failures: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.05):
            try:
                status = target.site.ask("/healthz", timeout=5).status
                if status != 200:
                    failures.append(status)
            except OSError as error:
                failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield failures
    finally:
        stop.set()
        asking.join()
