"""Deletes the oldest jobs that have ended when there are too many, before they fill Redis."""

from __future__ import annotations

from rq import Queue
from rq.job import Job
from rq.registry import CanceledJobRegistry
from rq.results import Result

from steady_rq.connection import text

BATCH = 500  # jobs deleted in one step, so that Redis serves others in between


def trim(queue: Queue, most: int) -> int:
    """Delete the oldest finished, failed and cancelled jobs over `most` of each; return how many.

    Raises RedisError.
    """
    registries = (
        queue.finished_job_registry,
        queue.failed_job_registry,
        CanceledJobRegistry(queue=queue),
    )
    return sum(_trim(queue, registry.key, most) for registry in registries)


def _trim(queue: Queue, registry: str, most: int) -> int:
    client, deleted = queue.connection, 0
    while (over := client.zcard(registry) - most) > 0:
        oldest = [text(entry) for entry in client.zrange(registry, 0, min(over, BATCH) - 1)]
        with client.pipeline(transaction=False) as pipeline:
            for job_id in oldest:
                pipeline.zrem(registry, job_id)
            removed = pipeline.execute()
        # What somebody else took out of the registry runs again, and is theirs.
        ours = [job_id for job_id, was_there in zip(oldest, removed, strict=True) if was_there]
        for job_id in ours:
            key = Job.key_for(job_id)
            results: str = Result.get_key(job_id)  # type: ignore[no-untyped-call]  # RQ's gap
            client.delete(key, f"{key}:dependents", f"{key}:dependencies", results)
        deleted += len(ours)
    return deleted
