"""Keeps RQ's scheduler, which queues the jobs for later, while all workers are busy."""

from __future__ import annotations

import contextvars
from functools import partial
from typing import Any

from rq.job import Job
from rq.scheduler import RQScheduler

from steady_rq.worker.listening import ListeningWorker


class SchedulingWorker(ListeningWorker):
    """RQ's worker, which looks for a scheduler in the midst of a job too, and not between two only.

    A worker that is told to stop ends its scheduler at once. Were all others busy with long jobs,
    there would be none until the first of these has ended, and jobs for later would come late.
    """

    def maintain_heartbeats(self, job: Job, *execution: Any) -> None:
        """Send the heartbeats of a running job, and start a scheduler if no worker has one."""
        super().maintain_heartbeats(job, *execution)
        if self.scheduler and self.lacks_scheduler_process and not self.is_stopping:
            self._start(self.scheduler)

    def _start(self, scheduler: RQScheduler) -> None:
        # Redis gives the lock to one worker alone. What the context says of the job, as log lines
        # may show it, is none of the scheduler's.
        contextvars.Context().run(partial(scheduler.acquire_locks, auto_start=True))
        if self.is_stopping:  # the signal came before there was a process to end
            self.stop_scheduler()
