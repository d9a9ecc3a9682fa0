"""RQ's worker, made safe for production."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rq import Queue, worker_registration
from rq.defaults import DEFAULT_FAILURE_TTL
from rq.job import Job
from rq.registry import clean_registries
from rq.utils import now

from steady_rq import known
from steady_rq.connection import refuses_writes
from steady_rq.jobs.failure import handle_failure
from steady_rq.worker import half_taken
from steady_rq.worker.cancelling import CancellingWorker
from steady_rq.worker.reconciler import Reconciler

if TYPE_CHECKING:
    from redis.client import Pipeline

# Seconds. A dead worker's job is found 60 after its last heartbeat was due, at the next look.
WORKER_TTL = 30  # what an idle worker may be silent for
LISTENING = 5  # how long a worker waits for a job before it sends a heartbeat and looks around
MAINTENANCE_INTERVAL = 4  # less than the former: after each wait that brought no job
JOB_MONITORING_INTERVAL = 5  # from one heartbeat of a busy worker to the next
LOCK = 30  # who looks after a queue and dies of it is followed by another


class SteadyWorker(CancellingWorker):
    """A worker that is found dead soon, outlasts a full Redis, and lets running jobs be cancelled.

    It takes RQ's arguments; its own intervals stand in for longer ones. Raises RuntimeError with a
    version of RQ that it does not know. When its loop ends, `told_to_stop` says whether that was
    wanted.
    """

    max_connection_wait_time = 5.0  # seconds; RQ's minute would idle long after Redis is back
    dequeue_timeout = LISTENING
    told_to_stop = False
    # Seconds that a job is kept which was cancelled by RQ's own `Job.cancel`, that knows no end.
    keep_cancelled = DEFAULT_FAILURE_TTL
    most_kept = 5_000  # jobs that finished, failed or were cancelled: the oldest are deleted
    job_limit: int | None = None  # seconds that a job may take without a warning in the log

    def __init__(self, queues: Any, name: str | None = None, *others: Any, **options: Any) -> None:
        if reason := known.refusal():
            raise RuntimeError(reason)
        name = name or f"{socket.gethostname()}.{secrets.token_hex(4)}"
        super().__init__(queues, name, *others, **options)
        self.worker_ttl = min(self.worker_ttl, WORKER_TTL)
        self.job_monitoring_interval = min(self.job_monitoring_interval, JOB_MONITORING_INTERVAL)
        self.maintenance_interval = min(self.maintenance_interval, MAINTENANCE_INTERVAL)
        self.exception_handlers.insert(0, handle_failure)

    def around(self, job: Job) -> AbstractContextManager[None]:
        """What a job runs in, in the worker and in the job's process. For subclasses."""
        del job
        return contextlib.nullcontext()

    def handle_warm_shutdown_request(self) -> None:
        """Note that the end is wanted: RQ's loop ends the same way when it fails."""
        self.told_to_stop = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # RQ's gap

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Register again when Redis lost this worker, by expiry in an outage or with its data."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None and not self.connection.hexists(self.key, "birth"):
            fields: dict[Any, Any] = self.serialize()
            self.connection.hset(self.key, mapping=fields)
            worker_registration.register(self)
            self.log.info("worker %s registered again", self.name)

    def clean_registries(self) -> None:
        """Look after the jobs of dead workers, as RQ does, and put back those not yet begun."""
        for queue in self.queues:
            # RQ's lock would outlast its owner for 15 minutes.
            if self.connection.set(queue.registry_cleaning_key, 1, nx=True, ex=LOCK):
                for job_id in half_taken.put_back(queue):
                    self.log.warning("the job %s was taken and not begun: queued again", job_id)
                clean_registries(queue, self.exception_handlers)
                worker_registration.clean_worker_registry(queue)
                queue.release_maintenance_lock()  # type: ignore[no-untyped-call]  # RQ's gap
        self.last_cleaned_at = now()  # type: ignore[assignment]  # RQ's gap

    def run_maintenance_tasks(self) -> None:
        """Look for lost jobs too."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's gap
        for queue in self.queues:
            Reconciler(queue, keep=self.keep_cancelled, most_kept=self.most_kept).run()

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job, unless it was given to another worker meanwhile."""
        with self.around(job):
            if half_taken.was_put_back(queue, job):
                self.log.warning("the job %s was queued again before it began", job.id)
            else:
                self._warn_of_limit(job)
                super().execute_job(job, queue)

    def _warn_of_limit(self, job: Job) -> None:
        limit, timeout = self.job_limit, job.timeout
        if limit and timeout and not 0 < int(timeout) <= limit:
            told = f"{timeout} s" if int(timeout) > 0 else "any time"
            self.log.warning(
                "job %s may take %s, and JOB_TIMEOUT is %d s: a worker that is told to stop may"
                " be killed before the job has ended", job.id, told, limit,
            )  # fmt: skip

    def set_current_job_working_time(self, *arguments: Any, **options: Any) -> None:
        """Note how long the job has run (seconds). RQ 2 calls this; RQ 3 has no such method."""
        note = getattr(super(), "set_current_job_working_time")  # noqa: B009  not in every version
        with self._outlasting_full_redis():
            note(*arguments, **options)

    def maintain_heartbeats(self, job: Job, *execution: Any) -> None:
        """Send the heartbeats of a running job."""
        with self._outlasting_full_redis():
            super().maintain_heartbeats(job, *execution)

    def teardown(self) -> None:
        """Leave nothing running, even when Redis does not take the farewell."""
        if self.horse_pid and not self.told_to_stop:
            self.kill_horse()  # its job runs again; never twice at once
            self.wait_for_horse()
        try:
            super().teardown()
        except RedisError as error:
            self.log.warning("worker %s could not sign off: %s", self.name, error)
            with contextlib.suppress(RedisError):
                self.unsubscribe()  # type: ignore[no-untyped-call]  # RQ's gap

    @contextlib.contextmanager
    def _outlasting_full_redis(self) -> Iterator[None]:
        """Let a running job go on though Redis refuses to note that it does."""
        try:
            yield
        except RedisError as error:
            if not refuses_writes(error):
                raise
            self.log.warning("Redis takes no heartbeat: %s", error)
