"""Every error leaves as one shape: problem details in JSON (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import (
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError
from werkzeug.exceptions import HTTPException

RETRY_AFTER = 5  # seconds; about what a restart of Redis takes
_NOT_SERVING = (RedisConnectionError, RedisTimeoutError, OutOfMemoryError, ReadOnlyError)


def problem(status: int, detail: str) -> Response:
    """Make the answer for an error: its status and a sentence for whoever sent the request."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
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
    # Redis names a full or failing disk only in the text of its answer.
    refuses_writes = isinstance(error, ResponseError) and "MISCONF" in str(error)
    if not isinstance(error, _NOT_SERVING) and not refuses_writes:
        return _from_bug(error)
    current_app.logger.error("Redis does not serve: %s: %s", type(error).__name__, error)
    response = problem(503, "The queue of jobs does not answer at the moment. Try again soon.")
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _from_bug(error: Exception) -> Response:
    current_app.logger.error("unexpected error", exc_info=error)
    return problem(500, "An error on our side. It has been logged.")
