"""The queue of jobs, as the web process sees it: add one, ask how it is, end it, retry it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from redis import Redis
from rq import Retry
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.registry import CanceledJobRegistry

from app.config import Config
from app.jobs.admission import Admission
from app.jobs.asker import ANYONE, Asker
from app.jobs.reports import JobReport, report_on, state_of
from app.jobs.rq_queue import SERIALIZER, rq_queue
from steady_rq.jobs import cancellation, listing
from steady_rq.jobs.listing import State

MAX_RETRIES = 3
OWNER, SECONDS = "owner", "seconds"  # names in what is kept with a job


class WrongStateError(Exception):
    """The job is in a state in which this cannot be done. Its text is that state."""


class NotOwnerError(Exception):
    """The job is of somebody else."""


class JobQueue:
    """Enqueues jobs, reports on them, ends them. Raises RedisError while Redis does not serve."""

    def __init__(self, client: Redis, config: Config) -> None:
        self.config = config
        self.client = client
        self.rq = rq_queue(config, client)
        self._admission = Admission(self.rq, config.max_client_work, config.max_work)

    def close(self) -> None:
        """Drop the connections; the next call makes new ones."""
        self.client.close()

    def add(
        self,
        function: str,
        *args: Any,
        asker: Asker = ANYONE,
        seconds: int = 1,
        request_id: str | None = None,
        idempotent: bool = True,
    ) -> str:
        """Enqueue a call of the function named by its dotted path; return the job's id.

        The job will be the asker's, and takes about so many seconds. An idempotent job runs again
        when its worker died or it raised an exception, three times at most; the function has to
        bear that. The request's id will stand in the job's log lines. Raises TooMuchWorkError.
        """
        job_id = str(uuid4())
        self._admission.enter(job_id, asker.client, seconds)
        job = self.rq.enqueue_call(
            function,
            args=args,
            job_id=job_id,
            timeout=self.config.job_timeout,
            result_ttl=self.config.result_ttl,
            failure_ttl=self.config.failure_ttl,
            retry=Retry(max=MAX_RETRIES) if idempotent else None,
            meta=_meta(request_id, asker.owner, seconds),
        )
        return job.id

    def report(self, job_id: str, asker: Asker = ANYONE) -> JobReport | None:
        """How the job is, or None if there is none of this id."""
        job = self._fetch(job_id)
        return self._report(job, asker) if job else None

    def newest(
        self, limit: int, state: State | None = None, asker: Asker = ANYONE
    ) -> list[JobReport]:
        """The newest jobs, of one state or of all; `limit` bounds the work in Redis too."""
        found = listing.fetch(self.rq, listing.ids(self.rq, limit, state))
        jobs = [job for job in found if state is None or state_of(job) == state]
        jobs.sort(key=lambda job: job.created_at.timestamp(), reverse=True)
        return [self._report(job, asker) for job in jobs[:limit]]

    def cancel(self, job_id: str, asker: Asker) -> JobReport | None:
        """Cancel a job, also one that runs: its worker then ends it, within seconds.

        Returns the report, or None if there is none of this id. Raises NotOwnerError when it is of
        somebody else, and WrongStateError when the job has ended.
        """
        job = self._fetch_own(job_id, asker)
        if job is None or (state := state_of(job)) == "cancelled":
            return self._report(job, asker) if job else None
        if state in {"finished", "failed"}:
            raise WrongStateError(state)
        if cancellation.cancel(self.rq, job, self.config.failure_ttl):
            self._admission.leave(job.id)
        return self.report(job_id, asker)

    def retry(self, job_id: str, asker: Asker, request_id: str | None = None) -> JobReport | None:
        """Run a failed or cancelled job again, from its beginning.

        Returns the report, or None if there is none of this id. Raises NotOwnerError when it is of
        somebody else, WrongStateError when it has not failed, and TooMuchWorkError.
        """
        job = self._fetch_own(job_id, asker)
        if job is None:
            return None
        if (state := state_of(job)) not in {"failed", "cancelled"}:
            raise WrongStateError(state)
        is_cancelled = job.get_status(refresh=False) == JobStatus.CANCELED
        registry = CanceledJobRegistry(queue=self.rq) if is_cancelled else job.failed_job_registry
        seconds = int(job.meta.get(SECONDS, 1))
        self._admission.enter(job.id, asker.client, seconds)
        job.meta = _meta(request_id, job.meta.get(OWNER), seconds)
        job.retries_left = None if job.retries_left is None else MAX_RETRIES
        cancellation.forget(self.client, job.id)
        try:
            registry.requeue(job)
        except InvalidJobOperation:
            raise WrongStateError(state) from None  # another request was first
        self.client.persist(job.key)
        return self.report(job_id, asker)

    def _fetch(self, job_id: str) -> Job | None:
        try:
            return Job.fetch(job_id, connection=self.client, serializer=SERIALIZER)
        except NoSuchJobError:
            return None

    def _fetch_own(self, job_id: str, asker: Asker) -> Job | None:
        job = self._fetch(job_id)
        if job and not asker.may_change(job.meta.get(OWNER)):
            raise NotOwnerError
        return job

    def _report(self, job: Job, asker: Asker) -> JobReport:
        runs = state_of(job) == "started"
        is_cancelled = runs and bool(cancellation.requested(self.client, job.id))
        return report_on(job, is_cancelled, asker.may_change(job.meta.get(OWNER)))


def _meta(request_id: str | None, owner: str | None, seconds: int) -> dict[str, Any]:
    """What is kept with a job."""
    meta = {"request_id": request_id, OWNER: owner, SECONDS: seconds}
    return {name: value for name, value in meta.items() if value is not None}
