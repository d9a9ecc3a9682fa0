"""How jobs fail: whether they are tried again, and how the failures are counted."""

from __future__ import annotations

from typing import Any

from rq.exceptions import AbandonedJobError
from rq.job import Job

from steady_rq.jobs import outcomes


class JobFailed(Exception):  # noqa: N818  # a failure that is meant to be seen is no error
    """Raise it in a job that can never succeed: the job is not tried again."""


def handle_failure(job: Job, error: type[BaseException], *_: Any) -> None:
    """Try no job again that said it cannot succeed; count those whose worker died.

    An exception handler of RQ's worker.
    """
    if issubclass(error, JobFailed):
        job.retries_left = 0
    if issubclass(error, AbandonedJobError):
        outcomes.add(job.connection, job.origin, "retried" if job.should_retry else "failed")
