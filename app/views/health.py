"""Says whether this process lives, and whether it can do all that it offers."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel
from redis.exceptions import RedisError

from app.extensions import job_queue
from app.extensions.openapi import described
from app.extensions.problems import problem
from app.jobs.queue import JobQueue
from app.views.caching import no_store
from steady_rq.check import FRESH
from steady_rq.jobs.heartbeat import ages

blueprint = Blueprint("health", __name__)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Checks(BaseModel):
    """What was looked at: "ok", or what is wrong with it."""

    redis: str
    worker: str


class Ready(BaseModel):
    """Every check is well."""

    status: Literal["ready"]
    checks: Checks


@blueprint.get("/healthz")
@described({200: Alive})
def alive() -> Response:
    """Say that this process answers.

    Redis is not touched: a restart of the web process would not mend it.
    """
    return no_store(jsonify(status="ok"))


@blueprint.get("/readyz")
@described({200: Ready}, 503)
def ready() -> Response:
    """Say whether jobs can be taken and run: Redis answers, and a worker is there."""
    checks = _checks(job_queue.current())
    wrong = [name for name, verdict in checks.items() if verdict != "ok"]
    if wrong:
        return problem(503, f"Not ready: {', '.join(wrong)}.", checks=checks)
    return no_store(jsonify(status="ready", checks=checks))


def _checks(jobs: JobQueue) -> dict[str, str]:
    try:
        youngest = min(ages(jobs.client, jobs.config.queue), default=None)
    except RedisError:
        return {"redis": "does not answer", "worker": "unknown, since Redis does not answer"}
    if youngest is None:
        return {"redis": "ok", "worker": "there is no worker"}
    late = youngest > FRESH
    worker = f"the last heartbeat was {youngest:.0f} s ago" if late else "ok"
    return {"redis": "ok", "worker": worker}
