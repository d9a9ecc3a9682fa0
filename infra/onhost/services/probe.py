"""A probe that asks at a steady rate, to measure what a change costs those who use the host."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import TracebackType
from typing import NamedTuple, Self

from ..config import Host
from . import https

INTERVAL = 0.05  # seconds; open loop: a slow answer delays no other request
PROBES = 16
TIMEOUT = 5.0


class Request(NamedTuple):
    """One request of the probe: when it ended, how long it took, both in seconds, and how."""

    ended: float
    took: float
    good: bool


class Probe:
    """Calls `ask` for as long as the context lasts: it returns whether the answer is good.

    What raises OSError had no answer.
    """

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._good = ask
        self._requests: list[Request] = []
        self._stop = threading.Event()
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._clock.join()

    def _tick(self) -> None:
        pool = ThreadPoolExecutor(PROBES)
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            pool.submit(self._ask, due)
            due += INTERVAL
        pool.shutdown(cancel_futures=True)  # what waits for its turn while the site hangs

    def _ask(self, due: float) -> None:
        try:
            good = self._good()
        except OSError:
            good = False
        ended = time.monotonic()
        self._requests.append(Request(ended, ended - due, good))

    def result(self) -> dict[str, float]:
        """Requests, failed ones, the longest time without a good answer and the 99th percentile."""
        return summary(self._requests)


def of_site(host: Host, path: str) -> Probe:
    """Asks `path` through nginx, each time on a new connection."""
    tls = https.context()
    # Another release may have moved the path: to be told so is an answer, too.
    return Probe(lambda: https.ask(host, path, tls, TIMEOUT).status < 500)


def described(found: dict[str, float]) -> str:
    """The summary, in words."""
    return (
        f"{found['requests']:.0f} requests, {found['failed']:.0f} failed,"
        f" longest gap {found['longest_gap_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms"
    )


def summary(requests: list[Request]) -> dict[str, float]:
    """What the requests say; times in milliseconds."""
    good = sorted(request.ended for request in requests if request.good)
    begin = [min(request.ended - request.took for request in requests)] if requests else []
    end = [max(request.ended for request in requests)] if requests else []
    gaps = [later - earlier for earlier, later in pairwise([*begin, *good, *end])]
    took = sorted(request.took for request in requests)
    return {
        "requests": len(requests),
        "failed": sum(not request.good for request in requests),
        "longest_gap_ms": round(max(gaps, default=0.0) * 1000),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000) if took else 0,
    }
