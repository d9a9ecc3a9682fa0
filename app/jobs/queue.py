"""The queue of jobs, as the web process sees it: add one, ask how it is, end it, retry it."""

from __future__ import annotations

from typing import Any

from redis import Redis
from rq import Queue, Retry
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.registry import CanceledJobRegistry
from rq.serializers import JSONSerializer

from app.config import Config
from app.jobs import cancellation, listing
from app.jobs.reports import JobReport, State, report_on, state_of

# Jobs are stored as JSON: releases with other code, and people, can read them; pickles run code.
SERIALIZER = JSONSerializer
MAX_RETRIES = 3
LOCK_SECONDS = 30


class WrongStateError(Exception):
    """The job is in a state in which this cannot be done. Its text is that state."""


class OneQueue(Queue):
    """RQ's queue, looked after again soon when the worker that did so died of it."""

    def acquire_maintenance_lock(self) -> bool:
        """Take the lock of who looks for lost jobs; RQ's would outlast its owner for 15 minutes."""
        lock = self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=LOCK_SECONDS)
        return bool(lock)


def rq_queue(config: Config, client: Redis) -> OneQueue:
    """RQ's queue of the configured name; web and worker must agree on its serializer."""
    return OneQueue(config.queue, connection=client, serializer=SERIALIZER)


class JobQueue:
    """Enqueues jobs, reports on them, ends them. Raises RedisError while Redis does not serve."""

    def __init__(self, client: Redis, config: Config) -> None:
        self.config = config
        self.client = client
        self.rq = rq_queue(config, client)

    def close(self) -> None:
        """Drop the connections; the next call makes new ones."""
        self.client.close()

    def add(
        self, function: str, *args: Any, request_id: str | None = None, idempotent: bool = True
    ) -> str:
        """Enqueue a call of the function named by its dotted path; return the job's id.

        An idempotent job runs again when its worker died or it raised an exception, three times at
        most; the function has to bear that. The request's id will stand in the job's log lines.
        """
        job = self.rq.enqueue_call(
            function,
            args=args,
            timeout=self.config.job_timeout,
            result_ttl=self.config.result_ttl,
            failure_ttl=self.config.failure_ttl,
            retry=Retry(max=MAX_RETRIES) if idempotent else None,
            meta={"request_id": request_id} if request_id else None,
        )
        return job.id

    def report(self, job_id: str) -> JobReport | None:
        """How the job is, or None if there is none of this id."""
        job = self._fetch(job_id)
        return self._report(job) if job else None

    def newest(self, limit: int, state: State | None = None) -> list[JobReport]:
        """The newest jobs, of one state or of all; `limit` bounds the work in Redis too."""
        found = listing.fetch(self.rq, listing.ids(self.rq, limit, state))
        jobs = [job for job in found if state is None or state_of(job) == state]
        jobs.sort(key=lambda job: job.created_at.timestamp(), reverse=True)
        return [self._report(job) for job in jobs[:limit]]

    def cancel(self, job_id: str) -> JobReport | None:
        """Cancel a job, also one that runs: its worker then ends it, within seconds.

        Returns the report, or None if there is none of this id. Raises WrongStateError when the
        job has ended.
        """
        job = self._fetch(job_id)
        if job is None or (state := state_of(job)) == "cancelled":
            return self._report(job) if job else None
        if state in {"finished", "failed"}:
            raise WrongStateError(state)
        cancellation.request(self.client, job.id, self.config.failure_ttl)
        if cancellation.withdraw(self.rq, job):
            cancellation.close(job, self.config.failure_ttl)
        elif job.worker_name:
            send_stop_job_command(self.client, job.id, serializer=SERIALIZER)
        return self.report(job_id)

    def retry(self, job_id: str, request_id: str | None = None) -> JobReport | None:
        """Run a failed or cancelled job again, from its beginning.

        Returns the report, or None if there is none of this id. Raises WrongStateError otherwise.
        """
        job = self._fetch(job_id)
        if job is None:
            return None
        if (state := state_of(job)) not in {"failed", "cancelled"}:
            raise WrongStateError(state)
        is_cancelled = job.get_status(refresh=False) == JobStatus.CANCELED
        registry = CanceledJobRegistry(queue=self.rq) if is_cancelled else job.failed_job_registry
        job.meta = {"request_id": request_id} if request_id else {}
        job.retries_left = None if job.retries_left is None else MAX_RETRIES
        cancellation.forget(self.client, job.id)
        try:
            registry.requeue(job)
        except InvalidJobOperation:
            raise WrongStateError(state) from None  # another request was first
        self.client.persist(job.key)
        return self.report(job_id)

    def _fetch(self, job_id: str) -> Job | None:
        try:
            return Job.fetch(job_id, connection=self.client, serializer=SERIALIZER)
        except NoSuchJobError:
            return None

    def _report(self, job: Job) -> JobReport:
        runs = state_of(job) == "started"
        return report_on(job, runs and cancellation.is_requested(self.client, job.id))
