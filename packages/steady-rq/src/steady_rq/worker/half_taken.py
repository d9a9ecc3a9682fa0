"""Puts jobs back that a worker took and never began, because it died.

RQ marks them failed. But they did not run, so they can wait for another worker as if nothing had
happened.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import WatchError
from rq import Queue
from rq.job import Job

from steady_rq.connection import text
from steady_rq.jobs import outcomes

# Seconds that a job may lie between being taken and being begun: a fork, on a busy machine. A
# worker that is stopped for longer and goes on finds that its job was put back.
PATIENCE = 30


def put_back(queue: Queue, patience: float = PATIENCE) -> list[str]:
    """Queue again, at the front, the jobs that have lain half taken for too long; return their ids.

    To be called again and again, by one worker at a time. Raises RedisError.
    """
    limit = time.time() - patience
    lying = _seen(queue.connection, queue)
    return [job_id for job_id, since in lying.items() if _put(queue, job_id, since < limit)]


def was_put_back(queue: Queue, job: Job) -> bool:
    """Whether a job that was taken is no longer in the list of those."""
    return queue.connection.lpos(queue.intermediate_queue_key, job.id) is None


def _seen(client: Redis, queue: Queue) -> dict[str, float]:
    """The jobs in the list of the taken, and since when looks have found them there."""
    key = f"steady_rq:half_taken:{queue.name}"
    ids = {text(entry) for entry in client.lrange(queue.intermediate_queue_key, 0, -1)}
    before = {text(job_id): float(since) for job_id, since in client.hgetall(key).items()}
    if not ids and not before:
        return {}
    now = time.time()
    found = {job_id: before.get(job_id, now) for job_id in ids}
    with client.pipeline() as pipeline:
        pipeline.delete(key)
        if found:
            pipeline.hset(key, mapping=dict(found.items()))
            pipeline.expire(key, 3600)
        pipeline.execute()
    return found


def _put(queue: Queue, job_id: str, has_lain_long: bool) -> bool:
    """Put one back that nobody begins any more; forget one that has begun, or that is no more."""
    key, started = Job.key_for(job_id), queue.started_job_registry.key
    with queue.connection.pipeline() as pipeline:
        pipeline.watch(key)  # type: ignore[no-untyped-call]  # a worker that begins it writes to it
        state = pipeline.hget(key, "status")
        waits = state is not None and text(state) == "queued"
        alive, dead = _runs_of(pipeline, started, job_id) if waits else ([], [])
        if alive or not (dead or has_lain_long):
            return False
        pipeline.multi()
        pipeline.lrem(queue.intermediate_queue_key, 1, job_id)
        if dead:
            pipeline.zrem(started, *dead)
        if waits:
            queue.push_job_id(job_id, pipeline=pipeline, at_front=True)
            outcomes.add(pipeline, queue.name, "restored")
        with contextlib.suppress(WatchError):
            pipeline.execute()
            return waits
    return False


def _runs_of(pipeline: Pipeline, started: str, job_id: str) -> tuple[list[str], list[str]]:
    """The runs of a job whose workers are alive, and those whose workers are dead."""
    now, alive, dead = time.time(), list[str](), list[str]()
    entries: Any = pipeline.zrange(started, 0, -1, withscores=True)
    for entry, score in entries:
        if text(entry).partition(":")[0] == job_id:
            (alive if score > now else dead).append(text(entry))
    return alive, dead
