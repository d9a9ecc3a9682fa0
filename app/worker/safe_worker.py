"""RQ's worker, made safe for production."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rq import Queue, worker_registration
from rq.job import Job

from app import logs
from app.config import Config
from app.jobs import cancellation, outcomes
from app.jobs.failure import handle_failure
from app.jobs.rq_queue import SERIALIZER, rq_queue
from app.redis_client import refuses_writes
from app.worker.reconciler import Reconciler
from app.worker.scheduling import SchedulingWorker

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

# Seconds. A dead worker's job is found 60 after its last heartbeat was due, at the next look.
WORKER_TTL = 30  # what an idle worker may be silent for
LISTENING = 5  # how long a worker waits for a job before it sends a heartbeat and looks around
MAINTENANCE_INTERVAL = 4  # less than the former: after each wait that brought no job
JOB_MONITORING_INTERVAL = 5  # from one heartbeat of a busy worker to the next


class SafeWorker(SchedulingWorker):
    """A worker that is found dead soon, outlasts a full Redis, and lets running jobs be cancelled.

    When its loop ends, `told_to_stop` says whether that was wanted.
    """

    max_connection_wait_time = 5.0  # seconds; RQ's minute would idle long after Redis is back
    dequeue_timeout = LISTENING
    told_to_stop = False
    reconciler: Reconciler
    keep_cancelled: int  # seconds

    @classmethod
    def create(cls, config: Config, client: Redis, name: str) -> SafeWorker:
        """Make the worker of the configured queue. Raises RedisError when Redis does not answer."""
        queue = rq_queue(config, client)
        worker = cls(
            [queue],
            name=name,
            connection=client,
            serializer=SERIALIZER,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_INTERVAL,
            job_monitoring_interval=JOB_MONITORING_INTERVAL,
            exception_handlers=[handle_failure],
            log_job_description=False,  # it holds the arguments, which are the users' business
        )
        worker.keep_cancelled = config.failure_ttl
        worker.reconciler = Reconciler(queue, keep=config.failure_ttl)
        return worker

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

    def run_maintenance_tasks(self) -> None:
        """Look for lost jobs too."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's gap
        self.reconciler.run()

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job unless it was cancelled; its ids stand in all log lines meanwhile."""
        with logs.bound(job_id=job.id, request_id=job.meta.get("request_id")):
            if cancellation.is_requested(self.connection, job.id):
                self.connection.lrem(queue.intermediate_queue_key, 1, job.id)
                cancellation.close(job, self.keep_cancelled)
                self.log.info("job %s was cancelled before it began", job.id)
            else:
                super().execute_job(job, queue)

    def set_current_job_working_time(
        self, current_job_working_time: float, pipeline: Pipeline | None = None
    ) -> None:
        """Note how long the job has run (seconds)."""
        with self._outlasting_full_redis():
            super().set_current_job_working_time(current_job_working_time, pipeline)

    def maintain_heartbeats(self, job: Job) -> None:
        """Send the heartbeats of a running job; end it when it was cancelled."""
        with self._outlasting_full_redis():
            super().maintain_heartbeats(job)
        if cancellation.is_requested(self.connection, job.id):
            self.stop_job(job)

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = ""
    ) -> None:
        """Count the failure; a job that was stopped becomes a cancelled one."""
        was_stopped = self.has_stopped(job)
        again = job.should_retry and not was_stopped
        if not self.is_horse:
            job.get_meta()  # the process that died may have written more than this one read
        super().handle_job_failure(job, queue, started_job_registry, exc_string)
        if was_stopped:
            cancellation.close(job, self.keep_cancelled)
        else:
            outcomes.add(self.connection, queue.name, "retried" if again else "failed")

    def increment_successful_job_count(self, pipeline: Pipeline | None = None) -> None:
        """Count the success, in the transaction that stores it."""
        super().increment_successful_job_count(pipeline)
        queue = self.queues[0].name
        outcomes.add(self.connection if pipeline is None else pipeline, queue, "finished")

    def teardown(self) -> None:
        """Leave nothing running, even when Redis does not take the farewell."""
        if self.horse_pid and not self.told_to_stop:
            self.kill_horse()  # its job runs again; never twice at once
            self.wait_for_horse()
        try:
            super().teardown()  # type: ignore[no-untyped-call]  # RQ's gap
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
