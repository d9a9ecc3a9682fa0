"""RQ's queues as a part of a Flask application."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from redis import Redis
from rq import Queue
from rq.defaults import DEFAULT_FAILURE_TTL
from rq.job import Job
from rq.serializers import resolve_serializer

from steady_rq.connection import impatient_client
from steady_rq.environment import Environment
from steady_rq.jobs import cancellation
from steady_rq.jobs.heartbeat import ages

NAME = "steady_rq"  # in app.extensions
SETTINGS = ("REDIS_URL", "REDIS_PASSWORD_FILE", "QUEUES", "QUEUE", "JOB_TIMEOUT")


@dataclass(frozen=True)
class _State:
    """What one application has."""

    client: Redis
    environment: Environment
    serializer: Any


class SteadyRQ:
    """Gives an application its queues: `jobs = SteadyRQ(app)`, or `jobs.init_app(app)` later.

    It reads REDIS_URL, REDIS_PASSWORD_FILE, QUEUES or QUEUE and JOB_TIMEOUT from `app.config`, or
    else from the environment, as the worker does. It connects to Redis when it is first used.
    """

    def __init__(
        self, app: Flask | None = None, *, serializer: Any = None, client: Redis | None = None
    ) -> None:
        """Use RQ's own serializer and a new client, unless there are others."""
        self._serializer = resolve_serializer(serializer)
        self._client = client
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Give an application its queues. Raises SettingError."""
        own = {name: str(app.config[name]) for name in SETTINGS if app.config.get(name)}
        environment = Environment.read({**os.environ, **own})
        client = self._client or impatient_client(environment)
        app.extensions[NAME] = _State(client, environment, self._serializer)

    def queue(self, name: str | None = None) -> Queue:
        """A queue by its name, or the first of QUEUES."""
        state = self._state
        return Queue(
            name or state.environment.queues[0],
            connection=state.client,
            serializer=state.serializer,
            default_timeout=state.environment.job_timeout,
        )

    def enqueue(self, function: Any, *arguments: Any, **options: Any) -> Job:
        """Add a job to the first queue, as RQ's `Queue.enqueue` does."""
        return self.queue().enqueue(function, *arguments, **options)

    def job(self, job_id: str) -> Job:
        """A job by its id. Raises rq.exceptions.NoSuchJobError."""
        state = self._state
        return Job.fetch(job_id, connection=state.client, serializer=state.serializer)

    def cancel(self, job_id: str, keep: int = DEFAULT_FAILURE_TTL) -> None:
        """Cancel a job, also one that runs; keep it for `keep` seconds. Raises NoSuchJobError."""
        job = self.job(job_id)
        cancellation.cancel(self.queue(job.origin), job, keep)

    def workers(self, queue: str | None = None) -> list[float]:
        """How many seconds ago each worker of a queue was last heard of. Raises RedisError."""
        state = self._state
        return ages(state.client, queue or state.environment.queues[0])

    @property
    def _state(self) -> _State:
        state: _State = current_app.extensions[NAME]
        return state
