"""Gives each request an id that stands in its answer, its log lines and the jobs it starts."""

from __future__ import annotations

import re
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

from app import logs

HEADER = "X-Request-ID"


def init_app(app: Flask) -> None:
    """Give all requests of an application an id. Call it first: what runs later may use it."""
    app.before_request(_begin)
    app.after_request(_answer)
    app.teardown_request(_end)


def current() -> str | None:
    """The id of the request being answered, or None outside of one."""
    return g.get("request_id") if has_request_context() else None


def _begin() -> None:
    # nginx sets the header to an id of its own; without nginx it is a client's, so it is checked.
    given = request.headers.get(HEADER, "")
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else uuid4().hex
    logs.bind(request_id=g.request_id)


def _answer(response: Response) -> Response:
    response.headers[HEADER] = current() or ""
    return response


def _end(_error: BaseException | None) -> None:
    logs.bind()
