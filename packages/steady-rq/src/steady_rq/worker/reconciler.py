"""Finds lost jobs: they call themselves queued, and are in no list from which a worker takes them.

A worker that listens to several queues and dies between taking a job and registering it leaves one
behind. Redis is read in bounded steps, by one worker at a time.
"""

from __future__ import annotations

import logging
import time

from rq import Queue
from rq.job import Job
from rq.registry import CanceledJobRegistry

from steady_rq.connection import text
from steady_rq.jobs import outcomes
from steady_rq.worker.trimming import trim

EVERY = 30  # seconds from one look of any worker to the next
KEYS = 5_000  # read of the whole of Redis in one look; the next goes on behind them
MAX_QUEUE_LENGTH = 10_000  # jobs; while more wait, reading them all would cost more than it finds
MOST_KEPT = 5_000  # jobs; a stranger who starts and cancels them would fill Redis with more
PREFIX = Job.redis_job_namespace_prefix

log = logging.getLogger("steady_rq")


class Reconciler:
    """Looks after one queue's lost and cancelled jobs. Raises RedisError."""

    def __init__(
        self, queue: Queue, keep: int, every: int = EVERY, most_kept: int = MOST_KEPT
    ) -> None:
        """Keep cancelled jobs for `keep` seconds; look once in `every` seconds.

        Of the jobs that finished, failed or were cancelled, `most_kept` of each stay.
        """
        self._most_kept = most_kept
        self._queue = queue
        self._client = queue.connection
        self._keep = keep
        self._every = every
        self._name = f"steady_rq:reconciler:{queue.name}"

    def run(self) -> list[str]:
        """Queue again the jobs that were lost at the last look too; return their ids.

        Does nothing while another worker's look is not over and done with.
        """
        if not self._client.set(f"{self._name}:turn", 1, nx=True, ex=self._every):
            return []
        self._end_cancelled()
        if deleted := trim(self._queue, self._most_kept):
            log.info("the %d oldest jobs that had ended were deleted", deleted)
        if self._client.llen(self._queue.key) > MAX_QUEUE_LENGTH:
            return []
        lost = [job_id for job_id in self._in_no_list(self._queued()) if self._seen_before(job_id)]
        for job_id in lost:
            self._put_back(job_id)
        return lost

    def _queued(self) -> list[str]:
        """Ids of jobs of this queue that call themselves queued, among the next keys of Redis."""
        cursor, found = int(self._client.get(f"{self._name}:cursor") or 0), set[str]()
        for _ in range(KEYS // 1000):
            cursor, keys = self._client.scan(cursor, match=f"{PREFIX}*", count=1000)
            found.update(text(key).removeprefix(PREFIX) for key in keys)
            if cursor == 0:
                break
        self._client.set(f"{self._name}:cursor", cursor, ex=3600)
        ids = [job_id for job_id in found if ":" not in job_id]  # the others belong to a job
        with self._client.pipeline(transaction=False) as pipeline:
            for job_id in ids:
                pipeline.hmget(PREFIX + job_id, "status", "origin")
            answers = pipeline.execute()
        ours = [b"queued", self._queue.name.encode()]
        return [job_id for job_id, answer in zip(ids, answers, strict=True) if answer == ours]

    def _in_no_list(self, ids: list[str]) -> list[str]:
        """Those that still call themselves queued and are in no list, at one moment."""
        if not ids:
            return []
        with self._client.pipeline() as pipeline:
            pipeline.lrange(self._queue.key, 0, -1)
            pipeline.lrange(self._queue.intermediate_queue_key, 0, -1)
            pipeline.zrange(self._queue.started_job_registry.key, 0, -1)
            for job_id in ids:
                pipeline.hget(PREFIX + job_id, "status")
            answers = pipeline.execute()
        listed = {text(entry).partition(":")[0] for part in answers[:3] for entry in part}
        states = zip(ids, answers[3:], strict=True)
        return [i for i, state in states if state == b"queued" and i not in listed]

    def _seen_before(self, job_id: str) -> bool:
        """Whether it was lost at an earlier look, too: a worker may just be taking it."""
        new = self._client.set(f"steady_rq:limbo:{job_id}", time.time(), nx=True, ex=3600)
        return not new

    def _put_back(self, job_id: str) -> None:
        self._client.delete(f"steady_rq:limbo:{job_id}")
        with self._client.pipeline() as pipeline:
            self._queue.push_job_id(job_id, pipeline=pipeline)
            outcomes.add(pipeline, self._queue.name, "restored")
            pipeline.execute()
        log.warning("the job %s was in no list and is queued again", job_id)

    def _end_cancelled(self) -> None:
        """Forget the cancelled jobs whose time is over; give a time to those that have none."""
        registry = CanceledJobRegistry(queue=self._queue)
        now = time.time()
        for entry in self._client.zrangebyscore(registry.key, 0, now, start=0, num=1000):
            job_id = text(entry)
            if self._client.ttl(PREFIX + job_id) == -1:
                self._client.expire(PREFIX + job_id, self._keep)
                self._client.zadd(registry.key, {job_id: now + self._keep})
            else:
                self._client.zrem(registry.key, job_id)
