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


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nowhere", "/jobs/no-uuid", "/dashboard/nowhere", "/static/x"])
def test_a_wrong_address_in_a_browser_is_answered_by_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": BROWSER})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "This page does not exist" in response.text
    assert 'href="/"' in response.text
    assert response.headers["X-Request-ID"] in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "application/json", "application/problem+json, text/html;q=0.5",
     "application/json, text/javascript, */*; q=0.01", "text/html, application/json", "image/*"],
)  # fmt: skip
def test_whoever_takes_json_as_well_gets_a_problem(client: FlaskClient, accept: str) -> None:
    response = client.get("/nowhere", headers={"Accept": accept})
    reason(response, 404, "Not Found")
    assert "Accept" in response.headers["Vary"]


def test_a_bug_and_a_wrong_method_are_pages_in_a_browser_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inner <matters>")

    monkeypatch.setattr(JobQueue, "report", broken)
    client = app.test_client()
    response = client.get(f"/jobs/{uuid4()}", headers={"Accept": BROWSER})
    assert (response.status_code, response.mimetype) == (500, "text/html")
    assert "matters" not in response.text
    response = client.get("/background_count/", headers={"Accept": BROWSER})
    assert (response.status_code, response.mimetype) == (405, "text/html")
    assert "POST" in response.headers["Allow"]


def test_what_a_page_repeats_of_a_request_is_text(client: FlaskClient) -> None:
    page = client.get("/api?<script>=<b>", headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert "&lt;" in page.text
    assert "<script>" not in page.text
