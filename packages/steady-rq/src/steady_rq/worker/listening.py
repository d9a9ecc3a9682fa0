"""Takes jobs so that neither a signal nor a death loses one."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.suspension import is_suspended
from rq.worker import WorkerStatus

from steady_rq.serializers import keep_own
from steady_rq.worker.rq_internals import RqWorker
from steady_rq.worker.waiting import Waiting

PAUSE = 1.0  # seconds between two looks for a Redis that is gone


class ListeningWorker(RqWorker):
    """RQ's worker, which leaves no job half taken when it is told to stop.

    RQ raises out of whatever it is doing, which may be the very command that takes a job: it then
    lies in no queue for over a minute. This one waits by a command that takes nothing. With
    several queues, RQ's worker also forgets a job when it dies as it takes it; this one moves it.
    """

    _interruptible = False
    _waiting: Waiting | None = None

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Return the next job, waiting for it unless `timeout` (seconds of one wait) is None.

        None when there is none, or after `max_idle_time` seconds without one.
        """
        self.set_state(WorkerStatus.IDLE)
        began = time.monotonic()
        while True:
            try:
                self.heartbeat()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's gap
                if self.is_stopping:
                    raise StopRequested
                if found := self._take():
                    self.heartbeat()
                    return found
                left = max_idle_time and max_idle_time - (time.monotonic() - began)
                if timeout is None or (left is not None and left <= 0):
                    return None
                self._wait_for_a_job(timeout if left is None else min(timeout, int(left) + 1))
                self.check_for_suspension(burst=False)
            except (NoConnection, NoAnswer) as error:
                self.log.warning("worker %s: Redis does not answer: %s", self.name, error)
                time.sleep(PAUSE)

    def _take(self) -> tuple[Job, Queue] | None:
        """The next job of the first queue that has one."""
        for queue in self.queues_in_order:
            # One queue at a time: RQ then moves the job to a list of those that were taken.
            found = self.queue_class.dequeue_any(
                [queue],
                None,
                connection=self.connection,
                job_class=self.job_class,
                serializer=self.serializer,
                death_penalty_class=self.death_penalty_class,
            )
            if found:
                job, taken_from = found
                keep_own(job)
                self.reorder_queues(queue)
                job.redis_server_version = self.get_redis_server_version()  # type: ignore[no-untyped-call]
                what = f"{job.description} ({job.id})" if self.log_job_description else job.id
                self.log.info("worker %s: %s: %s", self.name, taken_from.name, what)
                return job, taken_from
        return None

    def _wait_for_a_job(self, seconds: int) -> None:
        """Return when there may be a job, or after `seconds`. Raises StopRequested when told to."""
        self._waiting = self._waiting or Waiting(self.connection)
        try:
            self._interruptible = True
            if self.is_stopping:
                raise StopRequested
            self._waiting.wait([queue.key for queue in self.queues], seconds)
        finally:
            self._interruptible = False

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while all workers are suspended (`rq suspend`), and be seen to be alive."""
        before = self.get_state()
        while not (burst or self.is_stopping) and is_suspended(self.connection, self):
            if self.get_state() != WorkerStatus.SUSPENDED:
                self.log.info("worker %s: suspended; `rq resume` ends that", self.name)
                self.set_state(WorkerStatus.SUSPENDED)
            self.heartbeat()
            time.sleep(PAUSE)
        if self.get_state() == WorkerStatus.SUSPENDED:
            self.set_state(before)
        super().check_for_suspension(burst)

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """Register that the job runs. With several queues, too, it was in the list of the taken."""
        del remove_from_intermediate_queue
        super().prepare_job_execution(job, remove_from_intermediate_queue=True)

    def setup_work_horse_signals(self) -> None:
        """Let a job go on when all processes of a service are told to stop, as systemd does.

        A handler, since processes that the job starts would inherit that a signal is ignored.
        """
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]  # RQ's gap
        signal.signal(signal.SIGTERM, _go_on)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note that the end is wanted, and come to it where no job can be lost."""
        if os.getpid() != self.pid:
            if self.is_work_horse:
                return
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
        if os.getpid() != self.pid and self.is_work_horse:
            return
        if signum == signal.SIGTERM:
            self.log.info("worker %s: stopping after the job, as told before", self.name)
        else:
            super().request_force_stop(signum, frame)

    def teardown(self) -> None:
        """Close what is open."""
        if self._waiting:
            self._waiting.close()
        super().teardown()  # type: ignore[no-untyped-call]  # RQ's gap


def _go_on(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing."""
