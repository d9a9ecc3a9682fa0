"""How jobs fail: with words for whoever started them, and whether they are tried again."""

from __future__ import annotations

from typing import Any

from rq.exceptions import AbandonedJobError
from rq.job import Job
from rq.timeouts import JobTimeoutException

from app.jobs import outcomes


class JobFailed(Exception):  # noqa: N818  # a failure that is meant to be seen is no error
    """Raise it in a job that can never succeed: its one-line text is the reason that users read.

    The job is not tried again. The text of any other exception stays in the logs.
    """


def handle_failure(job: Job, error: type[BaseException], *_: Any) -> None:
    """Try no job again that said it cannot succeed, or took too long; count the abandoned ones."""
    if issubclass(error, JobFailed | JobTimeoutException):
        job.retries_left = 0
    if issubclass(error, AbandonedJobError):
        outcomes.add(job.connection, job.origin, "retried" if job.should_retry else "failed")
