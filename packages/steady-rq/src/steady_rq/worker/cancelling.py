"""Ends jobs that are cancelled while they run, and counts how jobs end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rq import Queue
from rq.job import Job

from steady_rq.jobs import cancellation, outcomes
from steady_rq.worker.scheduling import SchedulingWorker

if TYPE_CHECKING:
    from redis.client import Pipeline


class CancellingWorker(SchedulingWorker):
    """Looks for the note that a job is cancelled, before it begins and while it runs."""

    _origin = ""  # the queue of the job in hand

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job unless it was cancelled."""
        self._origin = queue.name
        if keep := cancellation.requested(self.connection, job.id):
            self.connection.lrem(queue.intermediate_queue_key, 1, job.id)
            cancellation.close(job, keep)
            self.log.info("job %s was cancelled before it began", job.id)
        else:
            super().execute_job(job, queue)

    def maintain_heartbeats(self, job: Job, *execution: Any) -> None:
        """Send the heartbeats of a running job; end it when it was cancelled."""
        super().maintain_heartbeats(job, *execution)
        if cancellation.requested(self.connection, job.id):
            self.stop_job(job)

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = "",
        **of_rq_3: Any,
    ) -> None:  # fmt: skip
        """Count the failure; a job that was stopped since it was cancelled becomes cancelled."""
        was_stopped = self.has_stopped(job)
        again = job.should_retry and not was_stopped
        if not self.is_horse:
            job.get_meta()  # the process that died may have written more than this one read
        super().handle_job_failure(job, queue, started_job_registry, exc_string, **of_rq_3)
        if was_stopped and (keep := cancellation.requested(self.connection, job.id)):
            cancellation.close(job, keep)
        else:
            outcomes.add(self.connection, queue.name, "retried" if again else "failed")

    def increment_successful_job_count(self, pipeline: Pipeline | None = None) -> None:
        """Count the success, in the transaction that stores it."""
        super().increment_successful_job_count(pipeline)
        outcomes.add(self.connection if pipeline is None else pipeline, self._origin, "finished")
