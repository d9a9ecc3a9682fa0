from __future__ import annotations

import re
from http import HTTPStatus
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.support.problems import reason


def test_a_job_is_accepted_and_waits(client: FlaskClient) -> None:
    response = client.post("/background_count/", json={"number": 3})
    assert response.status_code == 202
    accepted = response.get_json()
    assert set(accepted) == {"job_id", "id", "url", "token"}
    assert accepted["job_id"] == accepted["id"]
    assert accepted["url"] == response.headers["Location"] == f"/jobs/{accepted['id']}"
    report = client.get(accepted["url"]).get_json()
    assert report.pop("created_at").endswith("Z")
    assert report == {
        "id": accepted["id"],
        "state": "queued",
        "progress": 0,
        "message": "Waiting for a worker.",
        "result": None,
        "reason": None,
        "started_at": None,
        "ended_at": None,
        "can_change": True,
    }


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


def test_an_unknown_job_is_a_problem(client: FlaskClient) -> None:
    assert "no job" in reason(client.get(f"/jobs/{uuid4()}"), 404, "Not Found")
