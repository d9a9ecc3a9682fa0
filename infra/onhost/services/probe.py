"""A probe that asks at a steady rate, to measure what a change costs those who use the host.

A host that does not manage this rate is asked less often: the probe is no load test, and what it
reports is the time that the site took, not how long the probe's own requests stood in line.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from ..config import Host
from . import https

INTERVAL = 0.05  # seconds; a slow answer delays no other request
LONGEST_INTERVAL = 1.0  # seconds; of a host that is slow
PROBES = 4  # requests at the same time; more are not sent
TIMEOUT = 5.0


class Figures:
    """What is known of all requests so far; as large after a day as after a second."""

    def __init__(self) -> None:
        self.requests = 0
        self.failed = 0
        self._took: Counter[float] = Counter()
        self._good = False
        self._since = math.inf  # the end of the last good answer; before one, the beginning
        self._last = 0.0
        self._gap = 0.0
        self._lock = threading.Lock()

    def add(self, began: float, good: bool, ended: float | None = None) -> None:
        """One request: when it was sent, whether its answer was good, and when that came: now."""
        with self._lock:  # so that they come in the order in which they ended
            now = time.monotonic() if ended is None else ended
            self.requests += 1
            self.failed += not good
            self._took[_rounded(now - began)] += 1
            self._last = now
            if not self._good:
                self._since = min(self._since, began)
            if good:
                self._gap = max(self._gap, now - self._since)
                self._since, self._good = now, True

    def summary(self) -> dict[str, float]:
        """Requests, failed ones, the longest time without a good answer and the 99th percentile.

        Times are in milliseconds; the percentile is right to one part of a hundred.
        """
        with self._lock:
            gap = max(self._gap, self._last - self._since) if self.requests else 0.0
            return {
                "requests": self.requests,
                "failed": self.failed,
                "longest_gap_ms": round(gap * 1000),
                "p99_ms": round(self._percentile() * 1000),
            }

    def _percentile(self) -> float:
        """What 99 of 100 requests did not exceed, in seconds."""
        below = 0
        for took in sorted(self._took):
            below += self._took[took]
            if below > int(self.requests * 0.99):
                return took
        return 0.0


def _rounded(seconds: float) -> float:
    """To three digits: so there are a few thousand different times, however many requests."""
    return float(f"{seconds:.3g}")


class Probe:
    """Calls `ask` for as long as the context lasts: it returns whether the answer is good.

    What raises OSError had no answer.
    """

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._good = ask
        self._figures = Figures()
        self._free = threading.Semaphore(PROBES)
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
        interval = INTERVAL
        with ThreadPoolExecutor(PROBES) as pool:
            while not self._stop.wait(interval):
                if self._free.acquire(blocking=False):
                    pool.submit(self._ask)
                    interval = max(INTERVAL, interval / 1.2)
                else:
                    interval = min(LONGEST_INTERVAL, interval * 2)

    def _ask(self) -> None:
        began = time.monotonic()
        try:
            good = self._good()
        except OSError:
            good = False
        self._figures.add(began, good)
        self._free.release()

    def result(self) -> dict[str, float]:
        """What the requests so far say; see Figures.summary."""
        return self._figures.summary()


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
