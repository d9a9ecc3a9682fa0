"""What is replaced in rq-dashboard, by the names of its module `rq_dashboard.web`.

Written for the minor version that pyproject.toml pins; tests/unit/app/test_patches.py says what to
check when that moves.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from flask import Flask, current_app
from redis import Redis
from rq.job import Job, requeue_job
from rq.worker import Worker
from rq_dashboard import web

from app.jobs.rq_queue import SERIALIZER

BLUEPRINT = "rq_dashboard"
SCRIPT = '<script type="text/javascript">'  # the one script in its pages that is not a file


def apply(app: Flask, client: Redis) -> None:
    """Give rq-dashboard our serializer and our connection."""
    web.config.serializer = SERIALIZER
    web.Job = SimpleNamespace(fetch=partial(Job.fetch, serializer=SERIALIZER))
    web.Worker = SimpleNamespace(all=partial(Worker.all, serializer=SERIALIZER))
    web.requeue_job = partial(requeue_job, serializer=SERIALIZER)
    # It would make a client, with a pool of connections, for every request.
    web.from_url = lambda *_arguments, **_options: (None, current_app.extensions["dashboard"])
    app.extensions["dashboard"] = client
    app.redis_conn = client  # type: ignore[attr-defined]  # where rq-dashboard looks for it
    app.config["RQ_DASHBOARD_REDIS_URL"] = ["Redis"]  # a name to show; the client above is used
