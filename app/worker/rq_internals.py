"""RQ's worker, with public names for those private ones of RQ that this package needs.

Written for the minor version that pyproject.toml pins; tests/unit/app/test_patches.py says what to
check when that moves.
"""

from __future__ import annotations

from rq import Worker
from rq.job import Job


class RqWorker(Worker):
    """RQ's worker; what it does is RQ's own."""

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop, and has taken note."""
        return self._stop_requested

    def stop(self) -> None:
        """Do what RQ does when it is told to stop; idle, it raises StopRequested at once."""
        super()._shutdown()  # type: ignore[no-untyped-call]  # RQ's gap

    def stop_after_this(self) -> None:
        """Stop as soon as RQ's loop asks for another job."""
        self._stop_requested = True

    def _shutdown(self) -> None:
        self.told_to_stop_by_signal()

    def told_to_stop_by_signal(self) -> None:
        """Answer the first signal that tells it to stop. RQ calls this from its signal handler."""
        self.stop()

    def stop_job(self, job: Job) -> None:
        """Kill the process that runs the job, as RQ's command to stop a job does."""
        self._stopped_job_id = job.id
        self.kill_horse()

    def has_stopped(self, job: Job) -> bool:
        """Whether the job ends, or ended, because it was stopped."""
        return self._stopped_job_id == job.id

    @property
    def lacks_scheduler_process(self) -> bool:
        """Whether it is to run RQ's scheduler, and no process of it lives."""
        if self.scheduler is None:
            return False
        process = self.scheduler._process
        return not (process and process.is_alive())

    def stop_scheduler(self) -> None:
        """End the scheduler's process, and wait for its end.

        RQ sends one signal. One that comes before the process listens is lost: it is sent again.
        """
        process = self.scheduler._process if self.scheduler else None
        while process and process.is_alive():
            process.terminate()
            process.join(timeout=1)
