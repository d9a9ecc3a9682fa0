from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions

from app.jobs.queue import JobQueue
from tests.support.problems import reason


@pytest.mark.parametrize("path", ["/nowhere", "/jobs/no-uuid", "/jobs/../date", "/static/x"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    reason(client.get(path), 404, "Not Found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/background_count/", "POST"), ("DELETE", "/date/", "GET"), ("POST", "/", "GET")],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(path, method=method)
    reason(response, 405, "Method Not Allowed")
    assert allowed in response.headers["Allow"]


@pytest.mark.parametrize("status", [401, 403, 409, 413, 415, 422, 429, 503])
def test_whatever_else_goes_wrong_is_a_problem_too(app: Flask, status: int) -> None:
    wrong = default_exceptions[status](description="What is wrong.")

    def refuse() -> str:
        raise wrong

    app.add_url_rule("/wrong", view_func=refuse)
    response = app.test_client().get("/wrong")
    assert reason(response, status, HTTPStatus(status).phrase) == "What is wrong."


def test_a_bug_is_logged_and_not_shown(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inner matters")

    monkeypatch.setattr(JobQueue, "report", broken)
    response = app.test_client().get(f"/jobs/{uuid4()}")
    assert "inner" not in reason(response, 500, "Internal Server Error")
    assert "inner matters" in caplog.text
