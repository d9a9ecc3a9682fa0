"""The worker of the example: steady_rq's, with the ids of the job in its log lines."""

from __future__ import annotations

from contextlib import AbstractContextManager

from rq.job import Job

from app import logs
from steady_rq import SteadyWorker


class JobWorker(SteadyWorker):
    """A worker whose log lines name the job in hand, and the request that it came from."""

    def around(self, job: Job) -> AbstractContextManager[None]:
        """Put the ids of a job into all log lines meanwhile."""
        return logs.bound(job_id=job.id, request_id=job.meta.get("request_id"))
