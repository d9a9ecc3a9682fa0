"""Jobs that run while something happens to the host."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.faults.conftest import Target
from tests.site import wait_until

LENGTHS = (15, 60)  # seconds; the longer one where a machine is too slow for the other


@contextmanager
def jobs_steadily(
    target: Target, pause: float = 0.05, *, redis_is_replaced: bool = False
) -> Iterator[list[str]]:
    """Adds jobs, one after the other; yields the addresses of those that were accepted.

    While Redis is replaced they are refused for a moment, with 503 and Retry-After.
    """
    accepted: list[str] = []
    stop = threading.Event()

    def add() -> None:
        while not stop.wait(pause):
            answer = target.site.ask("/background_count/", "POST", {"number": 1})
            if redis_is_replaced and answer.status == 503 and "retry-after" in answer.headers:
                continue
            assert answer.status == 202, answer
            accepted.append(answer.json["url"])

    adding = threading.Thread(target=add)
    adding.start()
    try:
        yield accepted
    finally:
        stop.set()
        adding.join()


def job_during(target: Target, change: Callable[[int], float]) -> tuple[int, dict[str, Any]]:
    """How long a job was to take that ran when something happened to the host, and its end.

    `change` makes it happen, and returns when it did, in seconds since the epoch. A job that had
    ended by then would show nothing: a longer one is tried.
    """
    for seconds in LENGTHS:
        accepted = target.site.ask("/background_count/", "POST", {"number": seconds}).json
        wait_until(lambda url=accepted["url"]: target.site.ask(url).json["state"] == "started", 60)
        happened = change(seconds)
        job = target.site.finished(accepted["url"], seconds + 100)
        if not job["ended_at"] or datetime.fromisoformat(job["ended_at"]).timestamp() > happened:
            return seconds, job
    raise AssertionError(f"it takes longer than {LENGTHS[-1]} s until anything happens")


def told_to_end(target: Target) -> float:
    """When the last switch told the workers of the old release to take no more jobs."""
    entry = target.history()[-1]
    before = list(entry["stages"]).index("traffic")
    moment: float = entry["began"] + sum(list(entry["stages"].values())[:before])
    return moment
