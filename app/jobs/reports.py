"""What users read about a job, and how it is made from what RQ stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from rq.job import Job, JobStatus

from steady_rq import JobFailed
from steady_rq.jobs.listing import State

_STATES: dict[JobStatus, State] = {
    JobStatus.CREATED: "queued",
    JobStatus.QUEUED: "queued",
    JobStatus.SCHEDULED: "scheduled",
    JobStatus.DEFERRED: "deferred",
    JobStatus.STARTED: "started",
    JobStatus.FINISHED: "finished",
    JobStatus.FAILED: "failed",
    JobStatus.STOPPED: "cancelled",
    JobStatus.CANCELED: "cancelled",
}
_MESSAGES: dict[State, str] = {
    "queued": "Waiting for a worker.",
    "scheduled": "Waiting for its start time.",
    "deferred": "Waiting for another job.",
    "finished": "Done.",
    "failed": "Failed.",
    "cancelled": "Cancelled.",
}
# Results of the releases in which it stood elsewhere are kept, too.
_JOB_FAILED = {
    f"{JobFailed.__module__}.{JobFailed.__name__}",
    "app.jobs.failure.JobFailed",
    "app.failure.JobFailed",
}
BEING_CANCELLED = "Being cancelled."


class JobReport(BaseModel):
    """How a job is. Times are in UTC, and null until they are known."""

    id: str
    state: State
    progress: int = Field(ge=0, le=100, description="Percent.")
    message: str = Field(description="What it is doing, in a sentence.")
    result: Any = Field(description="What a finished job returned.")
    reason: str | None = Field(description="Why a failed job failed, in a sentence.")
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    can_change: bool = Field(description="Whether you may cancel it and run it again.")


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobReport]


def state_of(job: Job) -> State:
    """The state of a job as it was when the job was fetched."""
    return _STATES[job.get_status(refresh=False)]


def report_on(job: Job, being_cancelled: bool, can_change: bool) -> JobReport:
    """Report on a job; asks Redis for the result of one that has ended. Raises RedisError."""
    state = state_of(job)
    finished, failed = state == "finished", state == "failed"
    latest = job.latest_result() if finished or failed else None
    trace = (latest.exc_string if latest else None) or ""
    message = str(job.meta.get("message", "Running.")) if state == "started" else _MESSAGES[state]
    return JobReport(
        id=job.id,
        state=state,
        progress=100 if finished else max(0, min(100, int(job.meta.get("progress", 0)))),
        message=BEING_CANCELLED if being_cancelled and state == "started" else message,
        result=latest.return_value if latest and finished else None,
        reason=failure_reason(trace, int(job.timeout or 0)) if failed else None,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        can_change=can_change,
    )


def failure_reason(trace: str, job_timeout: int) -> str:
    """Say in a sentence why a job failed; the trace and the text of its error stay in the logs."""
    last_line = trace.strip().rpartition("\n")[2]
    name, _, text = last_line.partition(": ")
    error = name.partition(":")[0].rpartition(".")[2]
    if name in _JOB_FAILED and text:
        return text
    if error == "JobTimeoutException":
        return f"The job took longer than its limit of {job_timeout} seconds."
    if "AbandonedJobError" in last_line or "Work-horse terminated" in last_line:
        return "The worker died each time it ran the job."
    return (
        f"The job stopped with an error ({error})." if error.isidentifier() else "The job failed."
    )
