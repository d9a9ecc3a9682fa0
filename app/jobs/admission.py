"""How much work may wait: for each client, and in the whole queue.

The work of a job is told in seconds. The books stand in Redis, so that all processes and releases
count together; jobs that have ended leave them when a limit is reached.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from redis import Redis
from rq import Queue

from steady_rq.connection import text

UNDER_WAY = 10  # seconds; a request gives up sooner, so its job is in a list by then or never
SHORTEST_WAIT, LONGEST_WAIT = 5, 600  # seconds


class TooMuchWorkError(Exception):
    """There is no room for a job now; asking again may help after `seconds`."""

    def __init__(self, seconds: int, of_client: bool) -> None:
        super().__init__(seconds)
        self.seconds = max(SHORTEST_WAIT, min(LONGEST_WAIT, seconds))
        self.of_client = of_client


@dataclass(frozen=True)
class _Entry:
    """The work of one job in the books."""

    job_id: str
    client: str
    seconds: int
    since: float  # of the epoch

    @classmethod
    def read(cls, job_id: str, stored: str) -> _Entry:
        client, seconds, since = stored.rsplit("|", 2)
        return cls(job_id, client, int(seconds), float(since))


class Admission:
    """The books of one queue. Raises RedisError while Redis does not serve."""

    def __init__(self, queue: Queue, per_client: int, overall: int) -> None:
        self._queue = queue
        self._redis: Redis = queue.connection
        self._limits = {True: per_client, False: overall}  # by "is of a client"
        self._key = f"slipway:work:{queue.name}"

    def enter(self, job_id: str, client: str, seconds: int) -> None:
        """Write a job into the books, before it is in the queue. Raises TooMuchWorkError.

        Requests at the same moment may each find room for theirs: there are as many as threads.
        """
        entries = self._entries()
        if any(self._excess(entries, client, seconds).values()):
            entries = self._without_ended(entries)
            excess = self._excess(entries, client, seconds)
            for of_client, over in excess.items():
                if over:
                    raise TooMuchWorkError(over, of_client)
        self._redis.hset(self._key, job_id, f"{client}|{seconds}|{time.time():.3f}")

    def leave(self, job_id: str) -> None:
        """Take a job out of the books."""
        self._redis.hdel(self._key, job_id)

    def _entries(self) -> list[_Entry]:
        stored = self._redis.hgetall(self._key).items()
        return [_Entry.read(text(job_id), text(value)) for job_id, value in stored]

    def _excess(self, entries: list[_Entry], client: str, seconds: int) -> dict[bool, int]:
        """How many seconds of work are too much, of the client and overall."""
        work = {
            True: sum(entry.seconds for entry in entries if entry.client == client),
            False: sum(entry.seconds for entry in entries),
        }
        return {which: max(0, work[which] + seconds - most) for which, most in self._limits.items()}

    def _without_ended(self, entries: list[_Entry]) -> list[_Entry]:
        """Take the jobs that have ended out of the books; return what is left."""
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.lrange(self._queue.key, 0, -1)
            for registry in (
                self._queue.started_job_registry,
                self._queue.scheduled_job_registry,
                self._queue.deferred_job_registry,
            ):
                pipeline.zrange(registry.key, 0, -1)
            # Entries of the started ones are the job's id and that of its run.
            open_ids = {text(e).partition(":")[0] for part in pipeline.execute() for e in part}
        young = time.time() - UNDER_WAY
        ended = [e.job_id for e in entries if e.job_id not in open_ids and e.since < young]
        if ended:
            self._redis.hdel(self._key, *ended)
        gone = set(ended)
        return [entry for entry in entries if entry.job_id not in gone]
