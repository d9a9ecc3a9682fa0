"""The queue of jobs, as the web process sees it: put one in, ask how it is."""

from __future__ import annotations

from typing import Any

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from app.config import Config

# Jobs are stored as JSON: releases with other code, and people, can read them; pickles run code.
SERIALIZER = JSONSerializer


def rq_queue(config: Config, client: Redis) -> Queue:
    """RQ's queue of the configured name; web and worker must agree on its serializer."""
    return Queue(config.queue, connection=client, serializer=SERIALIZER)


class JobQueue:
    """Enqueues jobs and reports on them. Raises RedisError while Redis does not serve."""

    def __init__(self, client: Redis, config: Config) -> None:
        self.config = config
        self._client = client
        self._queue = rq_queue(config, client)

    def close(self) -> None:
        """Drop the connections; the next call makes new ones."""
        self._client.close()

    def add(self, function: str, *args: Any) -> str:
        """Enqueue a call of the function named by its dotted path; return the job's id.

        The job may run more than once (a worker can die), so the function has to bear that.
        """
        job = self._queue.enqueue_call(
            function,
            args=args,
            timeout=self.config.job_timeout,
            result_ttl=self.config.result_ttl,
            failure_ttl=self.config.failure_ttl,
            retry=Retry(max=3),
        )
        return job.id

    def report(self, job_id: str) -> dict[str, Any] | None:
        """State, progress in percent, result and reason of a failure, or None if unknown."""
        try:
            job = Job.fetch(job_id, connection=self._client, serializer=SERIALIZER)
        except NoSuchJobError:
            return None
        state = job.get_status(refresh=False)
        finished, failed = state == JobStatus.FINISHED, state == JobStatus.FAILED
        latest = job.latest_result() if finished or failed else None
        trace = (latest.exc_string if latest else None) or ""
        return {
            "id": job.id,
            "state": state.value,
            "progress": 100 if finished else int(job.meta.get("progress", 0)),
            "result": latest.return_value if latest and finished else None,
            "reason": failure_reason(trace, self.config.job_timeout) if failed else None,
        }


def failure_reason(trace: str, job_timeout: int) -> str:
    """Say in a sentence why a job failed; the trace and the text of its error stay in the logs."""
    last_line = trace.strip().rpartition("\n")[2]
    if "JobTimeoutException" in last_line:
        return f"The job took longer than the {job_timeout} seconds it may take."
    if "AbandonedJobError" in last_line or "Work-horse terminated" in last_line:
        return "The worker died while it ran the job, each time it was tried."
    kind = last_line.partition(":")[0].rpartition(".")[2]
    return f"The job stopped with an error ({kind})." if kind.isidentifier() else "The job failed."
