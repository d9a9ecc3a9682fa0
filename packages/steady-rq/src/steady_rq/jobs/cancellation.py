"""How a job is cancelled: a note in Redis that holds until a worker has seen it.

RQ's command to stop a job reaches a worker only while it listens and has begun the job. The note
also reaches one that has just taken the job, that missed the command, or that runs it again after
another worker died.
"""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.command import send_stop_job_command
from rq.defaults import DEFAULT_FAILURE_TTL
from rq.job import Job
from rq.registry import CanceledJobRegistry

from steady_rq.jobs import outcomes


def cancel(queue: Queue, job: Job, keep: int = DEFAULT_FAILURE_TTL) -> bool:
    """Cancel a job that has not ended, and keep it for `keep` seconds. Raises RedisError.

    One that waited is cancelled at once, and True is returned. One that runs is ended by its
    worker, within seconds.
    """
    request(queue.connection, job.id, keep)
    if withdraw(queue, job):
        close(job, keep)
        return True
    if job.worker_name:
        send_stop_job_command(queue.connection, job.id, serializer=queue.serializer)
    return False


def note(job_id: str) -> str:
    """The key of the note."""
    return f"steady_rq:cancel:{job_id}"


def request(client: Redis, job_id: str, seconds: int) -> None:
    """Leave the note, for so many seconds, which are also how long the job is to be kept."""
    client.set(note(job_id), seconds, ex=seconds)


def requested(client: Redis, job_id: str) -> int:
    """For how many seconds a job is to be kept as a cancelled one; 0 if there is no note."""
    return int(client.get(note(job_id)) or 0)


def forget(client: Redis, job_id: str) -> None:
    """Remove the note, if any."""
    client.delete(note(job_id))


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
        pipeline.delete(note(job.id))
        outcomes.add(pipeline, job.origin, "cancelled")
        pipeline.execute()
