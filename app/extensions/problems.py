"""Every error leaves as problem details in JSON (RFC 9457), or as a page for a person's browser."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from werkzeug.exceptions import HTTPException

from app.extensions import request_ids
from steady_rq.connection import refuses_writes

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER = 5  # seconds; about what a restart of Redis takes


class Problem(BaseModel):
    """What went wrong, for whoever sent the request. Some problems say more in further members."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(description="about:blank: the status is the type of the error.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What is wrong with this request, in one sentence.")
    request_id: str | None = Field(description="Also in the logs, and in the header X-Request-ID.")


def problem(status: int, detail: str, **members: Any) -> Response:
    """Make the answer for an error: its status, a sentence, and further members if any."""
    title = HTTPStatus(status).phrase
    shown = {"title": title, "status": status, "detail": detail}
    shown["request_id"] = request_ids.current()
    if wants_page():
        response = make_response(render_template("error.html", **shown))
    else:
        response = jsonify(type="about:blank", **shown, **members)
        response.mimetype = PROBLEM_TYPE
    response.status_code = status
    response.cache_control.no_store = True
    response.vary.add("Accept")
    current_app.logger.info(
        "%d %s", status, title, extra={"method": request.method, "path": request.path}
    )
    return response


def wants_page() -> bool:
    """Whether the request would rather have a page than JSON: browsers say so, programs do not."""
    wanted = request.accept_mimetypes
    return wanted["text/html"] > max(wanted[PROBLEM_TYPE], wanted["application/json"])


def init_app(app: Flask) -> None:
    """Answer every error of the application with a problem."""
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(RedisError, _from_redis)
    app.register_error_handler(Exception, _from_bug)


def _from_http(error: HTTPException) -> Response:
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _from_redis(error: RedisError) -> Response:
    is_gone = isinstance(error, RedisConnectionError | RedisTimeoutError)
    if not is_gone and not refuses_writes(error):
        return _from_bug(error)
    current_app.logger.error("Redis does not serve: %s: %s", type(error).__name__, error)
    response = problem(503, "The job queue does not answer at the moment. Try again soon.")
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _from_bug(error: Exception) -> Response:
    current_app.logger.error("unexpected error", exc_info=error)
    return problem(500, "An error on our side. It has been logged.")
