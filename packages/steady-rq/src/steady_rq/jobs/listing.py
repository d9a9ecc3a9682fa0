"""Where the jobs of each state are in Redis, and how to take a few of them."""

from __future__ import annotations

from typing import Literal, get_args

from rq import Queue
from rq.job import Job
from rq.registry import CanceledJobRegistry

from steady_rq.connection import text

State = Literal["queued", "scheduled", "deferred", "started", "finished", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)


def _registry(queue: Queue, state: State) -> str:
    registries = {
        "scheduled": queue.scheduled_job_registry,
        "deferred": queue.deferred_job_registry,
        "started": queue.started_job_registry,
        "finished": queue.finished_job_registry,
        "failed": queue.failed_job_registry,
        "cancelled": CanceledJobRegistry(queue=queue),
    }
    key: str = registries[state].key
    return key


def ids(queue: Queue, limit: int, state: State | None = None) -> list[str]:
    """The ids of the `limit` jobs that came last to each state, or to one. Raises RedisError."""
    with queue.connection.pipeline(transaction=False) as pipeline:
        for each in [state] if state else STATES:
            if each == "queued":
                pipeline.lrange(queue.key, -limit, -1)
            else:
                pipeline.zrange(_registry(queue, each), 0, limit - 1, desc=True)
        found = pipeline.execute()
    # Entries of the started ones are the job's id and that of its run.
    return list(dict.fromkeys(text(e).partition(":")[0] for part in found for e in part))


def fetch(queue: Queue, ids: list[str]) -> list[Job]:
    """The jobs of these ids that are there. Raises RedisError.

    RQ has the same as a transaction, which a full Redis refuses even if it only reads.
    """
    with queue.connection.pipeline(transaction=False) as pipeline:
        for job_id in ids:
            pipeline.hgetall(Job.key_for(job_id))
        stored = zip(ids, pipeline.execute(), strict=True)
    jobs = []
    for job_id, fields in stored:
        if fields:
            job = Job(job_id, connection=queue.connection, serializer=queue.serializer)
            job.restore(fields)
            jobs.append(job)
    return jobs


def numbers(queue: Queue) -> dict[str, int]:
    """How many jobs are in each state. Raises RedisError."""
    with queue.connection.pipeline(transaction=False) as pipeline:
        for state in STATES:
            if state == "queued":
                pipeline.llen(queue.key)
            else:
                pipeline.zcard(_registry(queue, state))
        return dict(zip(STATES, pipeline.execute(), strict=True))
