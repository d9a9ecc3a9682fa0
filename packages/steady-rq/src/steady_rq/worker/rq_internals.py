"""RQ's worker, with public names for those private ones of RQ that this package needs.

Written for the minor versions that `steady_rq.known` lists; tests/test_rq_names.py says what to
check when they change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rq import Queue, Worker
from rq.group import Group
from rq.job import Job


class RqWorker(Worker):
    """RQ's worker; what it does is RQ's own."""

    _is_forking = False

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop, and has taken note."""
        return self._stop_requested

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """Register, and heed the signals to stop from before that.

        RQ begins to heed them later. One that came in between would end this process without the
        scheduler's, for which Python then waits for ever.
        """
        self._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ's gap
        super().bootstrap(*arguments, **options)

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

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Fork the process that runs the job, and let that process know that it is it."""
        self._is_forking = True
        super().fork_work_horse(job, queue)
        self._is_forking = False

    @property
    def is_work_horse(self) -> bool:
        """Whether this process runs a job, or was forked to do so. Meant for a child process."""
        return self._is_forking or self.is_horse

    def stop_job(self, job: Job) -> None:
        """Kill the process that runs the job, as RQ's command to stop a job does."""
        self._stopped_job_id = job.id
        self.kill_horse()

    def has_stopped(self, job: Job) -> bool:
        """Whether the job ends, or ended, because it was stopped."""
        return self._stopped_job_id == job.id

    @property
    def exception_handlers(self) -> list[Callable[..., Any]]:
        """What is called with the exception of a job, in this order."""
        return self._exc_handlers

    @property
    def queues_in_order(self) -> list[Queue]:
        """The queues, in the order in which the next job is looked for."""
        return self._ordered_queues

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

    def clean_group_registries(self) -> None:
        """Clean them once a minute. RQ 3 has this method, and would do it after each wait."""
        if Group.acquire_maintenance_lock(self.connection, 60):  # type: ignore[attr-defined]
            Group.clean_registries(connection=self.connection)
