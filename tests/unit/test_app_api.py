from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from app.queue import JobQueue


def reason(response: TestResponse, status: int, title: str) -> str:
    """Check that an answer is a problem of this status; return its detail."""
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": body["detail"],
        "request_id": response.headers["X-Request-ID"],
    }
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body["detail"]


@pytest.mark.parametrize("path", ["/date/", "/date"])
def test_the_date_is_todays_day_month_year(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    today = date.today()
    assert response.get_json() == {"date": f"{today.day:02}-{today.month:02}-{today.year}"}


def test_a_job_is_accepted_and_waits(client: FlaskClient) -> None:
    response = client.post("/background_count/", json={"number": 3})
    assert response.status_code == 202
    accepted = response.get_json()
    assert set(accepted) == {"id", "url"}
    assert accepted["url"] == response.headers["Location"] == f"/jobs/{accepted['id']}"
    report = client.get(accepted["url"]).get_json()
    assert report.pop("created_at").endswith("Z")
    assert report == {
        "id": accepted["id"], "state": "queued", "progress": 0, "message": "Waiting for a worker.",
        "result": None, "reason": None, "started_at": None, "ended_at": None,
    }  # fmt: skip


@pytest.mark.parametrize("number", [1, 175])
def test_the_bounds_of_a_count_are_accepted(client: FlaskClient, number: int) -> None:
    assert client.post("/background_count/", json={"number": number}).status_code == 202


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"number": "5"}', "number: .*integer"),
        (b'{"number": true}', "number: .*integer"),
        (b'{"number": 5.5}', "number: .*integer"),
        (b'{"number": 5.0}', "number: .*integer"),
        (b'{"number": null}', "number: .*integer"),
        (b'{"number": [5]}', "number: .*integer"),
        (b'{"number": NaN}', "number"),
        (b'{"number": 0}', "number: .*greater"),
        (b'{"number": -1}', "number: .*greater"),
        (b'{"number": 3601}', "number: .*less"),
        (b'{"number": 1' + b"0" * 5000 + b"}", "number|JSON"),
        (b"{}", "number: .*required"),
        (b'{"number": 5, "more": 1}', "more: "),
        (b'{"number": 5, "fail_at": "3"}', "fail_at: .*integer"),
        (b'{"number": 5, "fail_at": 0}', "fail_at: .*greater"),
        (b"[5]", "object"),
        (b"5", "object"),
        (b"null", "object"),
        (b'{"number": 5', "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 60_000, "JSON"),
        (b"", "no body"),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(client: FlaskClient, body: bytes, why: str) -> None:
    response = client.post("/background_count/", data=body, content_type="application/json")
    assert re.search(why, reason(response, 400, "Bad Request"))


def test_more_than_this_server_lets_a_job_take_cannot_be_processed(client: FlaskClient) -> None:
    response = client.post("/background_count/", json={"number": 176})
    assert "at most 175" in reason(response, 422, HTTPStatus(422).phrase)


def test_no_request_at_all_is_a_bad_request(client: FlaskClient) -> None:
    assert "no body" in reason(client.post("/background_count/"), 400, "Bad Request")


def test_a_refused_body_is_not_repeated(client: FlaskClient) -> None:
    response = client.post("/background_count/", json={"number": "<script>", "more": "<b>"})
    assert "<" not in response.text


def test_what_is_not_json_is_refused(client: FlaskClient) -> None:
    response = client.post("/background_count/", data={"number": "5"})
    assert "application/json" in reason(response, 415, "Unsupported Media Type")


def test_a_body_too_large_is_refused(client: FlaskClient) -> None:
    body = b'{"number": 5}' + b" " * 70_000
    response = client.post("/background_count/", data=body, content_type="application/json")
    assert response.status_code == 413
    assert response.get_json()["status"] == 413


@pytest.mark.parametrize("path", ["/nowhere", "/jobs/no-uuid", "/jobs/../date", "/static/x"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    reason(client.get(path), 404, "Not Found")


def test_an_unknown_job_is_a_problem(client: FlaskClient) -> None:
    assert "no job" in reason(client.get(f"/jobs/{uuid4()}"), 404, "Not Found")


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
