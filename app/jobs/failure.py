"""Which jobs are not tried again."""

from __future__ import annotations

from typing import Any

from rq.job import Job
from rq.timeouts import JobTimeoutException


def give_up_after_timeout(job: Job, error: type[BaseException], *_: Any) -> None:
    """Try no job again that took too long: it would take as long the next time."""
    if issubclass(error, JobTimeoutException):
        job.retries_left = 0
