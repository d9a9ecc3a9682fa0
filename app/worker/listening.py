"""Waits for jobs so that a signal to stop ends the waiting, and never the taking of a job."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

from redis.exceptions import ConnectionError as NoConnection
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker import WorkerStatus

from app.worker.rq_internals import RqWorker

PAUSE = 1.0  # seconds between two looks for a Redis that is gone


class ListeningWorker(RqWorker):
    """RQ's worker, which leaves no job half taken when it is told to stop.

    RQ raises out of whatever it is doing, which may be the very command that takes a job: it then
    lies in no queue for over a minute. This one waits by a command that takes nothing.
    """

    _interruptible = False

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Return the next job, waiting for it unless `timeout` (seconds of one wait) is None."""
        while not (found := super().dequeue_job_and_maintain_ttl(None, max_idle_time)):
            if timeout is None:
                return None
            self._wait_for_a_job(timeout)
        return found

    def _wait_for_a_job(self, timeout: int) -> None:
        """Return when there may be a job, or after `timeout`. Raises StopRequested when told to."""
        (queue,) = self.queues
        try:
            self._interruptible = True
            if self.is_stopping:
                raise StopRequested
            # Moves the first job to where it is: Redis has no other way to wait for one.
            self.connection.blmove(queue.key, queue.key, timeout, "LEFT", "LEFT")
        except NoConnection as error:
            self.log.warning("worker %s: Redis does not answer: %s", self.name, error)
            time.sleep(PAUSE)
        finally:
            self._interruptible = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note that the end is wanted, and come to it where no job can be lost."""
        if os.getpid() != self.pid:
            # The scheduler, just forked and told to end before it has signal handlers of its own.
            raise SystemExit
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's gap

    def told_to_stop_by_signal(self) -> None:
        """End at once where nothing can be lost; else what is being taken is run first."""
        if self._interruptible or self.get_state() == WorkerStatus.BUSY:
            self.stop()
        else:
            self.stop_after_this()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Ask again by SIGTERM, and the job goes on all the same: who cannot wait sends SIGKILL.

        A release is told to stop fetching first, and to end later: the one signal means both.
        """
        if signum == signal.SIGTERM:
            self.log.info("worker %s: stopping after the job, as told before", self.name)
        else:
            super().request_force_stop(signum, frame)
