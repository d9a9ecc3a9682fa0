"""How `python3 -m steady_rq worker` runs the jobs of the example."""

from __future__ import annotations

import os

from app import (
    counting,  # noqa: F401  imported here, so that no fork made for a job imports it again
    logs,
)
from app.config import Config
from app.jobs.failure import give_up_after_timeout
from app.jobs.rq_queue import SERIALIZER as _SERIALIZER
from app.jobs.worker import JobWorker

_config = Config.from_environment(os.environ)
logs.configure("worker")

SERIALIZER = _SERIALIZER
WORKER_CLASS = JobWorker
EXCEPTION_HANDLERS = (give_up_after_timeout,)
JobWorker.keep_cancelled = _config.failure_ttl
