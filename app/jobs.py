"""The API of jobs: start one, ask how it is."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from app.queue import JobQueue
from app.requests import parse

LONGEST_COUNT = 3600

blueprint = Blueprint("jobs", __name__)


class CountRequest(BaseModel):
    """The body of a request to count."""

    model_config = ConfigDict(strict=True, extra="forbid")
    number: int = Field(ge=1, le=LONGEST_COUNT)


def queue() -> JobQueue:
    """The queue of the application that answers this request."""
    jobs: JobQueue = current_app.extensions["slipway"]
    return jobs


def longest_count(job_timeout: int) -> int:
    """The largest number that can be counted, a second each, within a job's time (seconds)."""
    return min(LONGEST_COUNT, job_timeout - 5)


@blueprint.post("/background_count/")
def start_count() -> ResponseReturnValue:
    """Enqueue a job that counts; answer at once with where to ask for it."""
    number = parse(CountRequest, request).number
    most = longest_count(queue().config.job_timeout)
    if number > most:
        abort(400, f"number: at most {most}, since a job may take no longer")
    job_id = queue().add("app.counting.count", number)
    url = url_for("jobs.show", job_id=job_id)
    return jsonify(id=job_id, url=url), 202, {"Location": url, "Cache-Control": "no-store"}


@blueprint.get("/jobs/<uuid:job_id>")
def show(job_id: UUID) -> Response:
    """State, progress, result or reason of failure of one job."""
    report = queue().report(str(job_id))
    if report is None:
        abort(404, "There is no job of this id; finished jobs are kept for a while only.")
    response = jsonify(report)
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
