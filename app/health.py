"""Says whether this process lives, and whether it can do all that it offers."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Flask, Response, current_app, jsonify
from pydantic import BaseModel
from redis.exceptions import RedisError

from app.description import described
from app.heartbeat import FRESH, ages
from app.problems import problem
from app.queue import JobQueue

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
    return _unkept(jsonify(status="ok"))


@blueprint.get("/readyz")
@described({200: Ready}, 503)
def ready() -> Response:
    """Say whether jobs can be taken and run: Redis answers, and a worker is there."""
    checks = _checks(current_app.extensions["slipway"])
    wrong = [name for name, verdict in checks.items() if verdict != "ok"]
    if wrong:
        return problem(503, f"Not ready: {', '.join(wrong)}.", checks=checks)
    return _unkept(jsonify(status="ready", checks=checks))


def _checks(jobs: JobQueue) -> dict[str, str]:
    try:
        youngest = min(ages(jobs.client, jobs.config.queue), default=None)
    except RedisError:
        return {"redis": "does not answer", "worker": "unknown, since Redis does not answer"}
    if youngest is None:
        return {"redis": "ok", "worker": "none is there"}
    late = youngest > FRESH
    return {"redis": "ok", "worker": f"last heard of {youngest:.0f} s ago" if late else "ok"}


def _unkept(response: Response) -> Response:
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
