"""How a job is cancelled: a note in Redis that holds until a worker has seen it.

RQ's command to stop a job reaches a worker only while it listens and has begun the job. The note
also reaches one that has just taken the job, that missed the command, or that runs it again after
another worker died.
"""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import CanceledJobRegistry

from app.jobs import outcomes


def _note(job_id: str) -> str:
    return f"slipway:cancel:{job_id}"


def request(client: Redis, job_id: str, seconds: int) -> None:
    """Leave the note, for so many seconds."""
    client.set(_note(job_id), 1, ex=seconds)


def is_requested(client: Redis, job_id: str) -> bool:
    """Whether there is a note."""
    return bool(client.exists(_note(job_id)))


def forget(client: Redis, job_id: str) -> None:
    """Remove the note, if any."""
    client.delete(_note(job_id))


def withdraw(queue: Queue, job: Job) -> bool:
    """Take a job back that no worker has taken; say whether that could be done."""
    with queue.connection.pipeline() as pipeline:
        pipeline.lrem(queue.key, 1, job.id)
        pipeline.zrem(queue.scheduled_job_registry.key, job.id)
        pipeline.zrem(queue.deferred_job_registry.key, job.id)
        return any(pipeline.execute())


def close(job: Job, seconds: int) -> None:
    """Make a job that does not run a cancelled one, kept for so many seconds."""
    job.cancel()
    registry = CanceledJobRegistry(job.origin, connection=job.connection)
    with job.connection.pipeline() as pipeline:
        # RQ gives cancelled jobs no end of life; the score is when this one's comes.
        registry.add(job, ttl=seconds, pipeline=pipeline)
        pipeline.expire(job.key, seconds)
        pipeline.delete(_note(job.id))
        outcomes.add(pipeline, job.origin, "cancelled")
        pipeline.execute()
