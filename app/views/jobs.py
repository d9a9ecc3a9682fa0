"""The API of jobs: start one, ask how it is, list them, end one, run one again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from app.config import Config
from app.extensions import job_queue, request_ids
from app.extensions.openapi import described
from app.extensions.problems import problem
from app.jobs.admission import TooMuchWorkError
from app.jobs.queue import NotOwnerError, WrongStateError
from app.jobs.reports import JobList, JobReport
from app.sign_in import visitors
from app.views.caching import no_store
from app.views.request_data import WholeNumber, parse, parse_query
from steady_rq.jobs.listing import State

MAX_COUNT = 3600
MAX_LISTED = 100
UNKNOWN = "There is no job with this id. Jobs that have ended are deleted after some time."
NOT_YOURS = "Only whoever started this job can cancel it or run it again, or a signed-in user."
TOO_MANY_OF_CLIENT = "Too many of your jobs have not ended yet. Wait, or cancel some of them."
TOO_MANY = "Too many jobs have not ended yet. Try again later."

blueprint = Blueprint("jobs", __name__)

Step = Annotated[int, Field(ge=1, le=MAX_COUNT)]


class CountRequest(BaseModel):
    """The body of a request to count."""

    model_config = ConfigDict(strict=True, extra="forbid")
    number: Step = Field(description="The number to count to, one each second.", examples=[5])
    fail_at: Step | None = Field(
        default=None, description="The number at which the job fails on purpose, to show a failure."
    )


class Accepted(BaseModel):
    """The job that was started, and where to ask how it is."""

    job_id: UUID
    id: UUID = Field(description="The same as job_id.")
    url: str
    token: str = Field(
        description="The right to cancel this job and to run it again: send it as X-Job-Token. "
        "Browsers get it as a cookie, too."
    )


class ListQuery(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(extra="forbid")
    state: State | SkipJsonSchema[None] = Field(default=None, description="only jobs of this state")
    limit: WholeNumber = Field(default=20, ge=1, le=MAX_LISTED, description="at most so many jobs")


def max_count(config: Config) -> int:
    """The largest number that can be counted, a second each, within a job's time and the limits."""
    return min(MAX_COUNT, config.job_timeout - 5, config.max_client_work, config.max_work)


@blueprint.post("/background_count/")
@described({202: Accepted}, 400, 413, 415, 422, 429, 503, body=CountRequest)
def start_count() -> ResponseReturnValue:
    """Start a job that counts; answer at once with where to ask for it.

    The answer is 429 while your jobs that have not ended are too many, and 503 while all are.
    """
    wanted = parse(CountRequest, request)
    jobs = job_queue.current()
    most = max_count(jobs.config)
    if wanted.number > most:
        abort(422, f"number: at most {most}, because a job may not take longer")
    token = visitors.given_token() or visitors.new_token()
    job_id = jobs.add(
        "app.counting.count",
        wanted.number,
        wanted.fail_at,
        asker=visitors.asker(token),
        seconds=wanted.number,
        request_id=request_ids.current(),
    )
    url = url_for("jobs.show", job_id=job_id)
    answer = no_store(jsonify(job_id=job_id, id=job_id, url=url, token=token))
    visitors.remember(answer, token, jobs.config)
    return answer, 202, {"Location": url}


@blueprint.get("/jobs")
@described({200: JobList}, 400, 503, query=ListQuery)
def list_jobs() -> Response:
    """List jobs, the newest first."""
    wanted = parse_query(ListQuery, request)
    jobs = job_queue.current().newest(wanted.limit, wanted.state, visitors.asker())
    return _answer(JobList(jobs=jobs))


@blueprint.get("/jobs/<uuid:job_id>")
@described({200: JobReport}, 404, 503)
def show(job_id: UUID) -> Response:
    """Tell the state, progress, result or reason of failure of one job."""
    return _answer(_found(job_queue.current().report(str(job_id), visitors.asker())))


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@described({200: JobReport, 202: JobReport}, 403, 404, 409, 503)
def cancel(job_id: UUID) -> ResponseReturnValue:
    """Cancel a job of yours that has not ended.

    The answer is 200 when it is cancelled, and 202 when it runs: its worker ends it within seconds.
    """
    try:
        report = _found(job_queue.current().cancel(str(job_id), visitors.asker()))
    except WrongStateError as error:
        return problem(409, f"The job is {error}; only a job that has not ended can be cancelled.")
    return _answer(report), 200 if report.state == "cancelled" else 202


@blueprint.post("/jobs/<uuid:job_id>/retry")
@described({202: JobReport}, 403, 404, 409, 429, 503)
def retry(job_id: UUID) -> ResponseReturnValue:
    """Run a failed or cancelled job of yours again, from its beginning."""
    try:
        report = job_queue.current().retry(str(job_id), visitors.asker(), request_ids.current())
    except WrongStateError as error:
        return problem(409, f"The job is {error}; only a failed or cancelled job can run again.")
    return _answer(_found(report)), 202


@blueprint.errorhandler(NotOwnerError)
def _not_yours(_error: NotOwnerError) -> Response:
    return problem(403, NOT_YOURS)


@blueprint.errorhandler(TooMuchWorkError)
def _too_much(error: TooMuchWorkError) -> Response:
    detail = TOO_MANY_OF_CLIENT if error.of_client else TOO_MANY
    response = problem(429 if error.of_client else 503, detail)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _found(report: JobReport | None) -> JobReport:
    return abort(404, UNKNOWN) if report is None else report


def _answer(model: BaseModel) -> Response:
    return no_store(jsonify(model.model_dump(mode="json")))
