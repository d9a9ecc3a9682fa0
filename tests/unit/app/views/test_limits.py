"""How many jobs one client may have under way, and all clients together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Config
from app.jobs import admission
from app.jobs.queue import JobQueue
from tests.support.job_requests import WORKER, in_state
from tests.support.problems import reason
from tests.support.processes import Start
from tests.support.redis_server import RedisServer

Submit = Callable[..., TestResponse]


@pytest.fixture
def app(redis: RedisServer) -> Iterator[Flask]:
    limits = {"MAX_CLIENT_WORK": "100", "MAX_WORK": "250"}
    app = create_app(Config.from_environment({**redis.environ, **limits}))
    yield app
    app.extensions["job_queue"].close()


@pytest.fixture
def submit(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Submit:
    monkeypatch.setattr(admission, "UNDER_WAY", 0)

    def post(number: int, address: str = "192.0.2.1") -> TestResponse:
        headers = {"X-Forwarded-For": address}
        return client.post("/background_count/", json={"number": number}, headers=headers)

    return post


def test_a_client_with_too_much_work_gets_429_and_others_are_served(submit: Submit) -> None:
    assert [submit(50).status_code for _ in "12"] == [202, 202]
    refused = submit(1)
    assert "Too many of your jobs" in reason(refused, 429, HTTPStatus(429).phrase)
    assert 5 <= int(refused.headers["Retry-After"]) <= 600
    assert submit(50, "192.0.2.2").status_code == 202


def test_all_clients_together_get_503(submit: Submit) -> None:
    for last in (1, 2):
        assert submit(100, f"192.0.2.{last}").status_code == 202
    refused = submit(60, "192.0.2.3")
    assert "Too many jobs" in reason(refused, 503, HTTPStatus(503).phrase)
    assert int(refused.headers["Retry-After"]) == 10
    assert submit(50, "192.0.2.3").status_code == 202


def test_the_addresses_of_one_network_are_one_client(submit: Submit) -> None:
    assert submit(100, "2001:db8::1").status_code == 202
    assert submit(1, "2001:db8::2").status_code == 429
    assert submit(1, "2001:db8:0:1::1").status_code == 202


def test_a_cancelled_job_makes_room_and_takes_it_again_when_retried(
    submit: Submit, client: FlaskClient
) -> None:
    url = submit(100).get_json()["url"]
    client.post(f"{url}/cancel")
    taken = submit(100)
    assert taken.status_code == 202
    forwarded = {"X-Forwarded-For": "192.0.2.1"}
    refused = client.post(f"{url}/retry", headers=forwarded)
    assert refused.status_code == 429
    assert client.get(url).get_json()["state"] == "cancelled"
    client.post(f"{taken.get_json()['url']}/cancel")
    assert client.post(f"{url}/retry", headers=forwarded).status_code == 202
    assert submit(1).status_code == 429


def test_a_job_that_runs_counts_and_one_that_ended_does_not(
    submit: Submit, client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = submit(100).get_json()["url"]
    start(redis.environ, *WORKER)
    in_state(client, url, "started")
    assert submit(1).status_code == 429
    client.post(f"{url}/cancel")
    in_state(client, url, "cancelled")
    assert submit(100).status_code == 202


def test_a_job_on_its_way_into_the_queue_is_not_forgotten(queue: JobQueue) -> None:
    books = admission.Admission(queue.rq, 100, 250)
    books.enter("not yet in the queue", "a client", 100)
    with pytest.raises(admission.TooMuchWorkError):
        books.enter("another", "a client", 1)


def test_more_than_the_limits_can_never_be_started_and_is_not_asked_to_wait(
    submit: Submit, client: FlaskClient
) -> None:
    assert "at most 100" in reason(submit(101), 422, HTTPStatus(422).phrase)
    assert 'max="100"' in client.get("/").text


def test_as_shipped_a_stranger_gets_ten_of_the_longest_jobs(redis: RedisServer) -> None:
    client = create_app(Config.from_environment(redis.environ)).test_client()
    answers = [client.post("/background_count/", json={"number": 175}) for _ in range(30)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429] * 20
