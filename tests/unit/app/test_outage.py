from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from redis.exceptions import RedisError, ResponseError

from app import create_app
from app.config import Config
from app.jobs.queue import JobQueue
from tests.support.redis_server import RedisServer


@pytest.fixture
def alone(own_redis: RedisServer) -> Iterator[FlaskClient]:
    """The application whose Redis is not (yet) there."""
    app = create_app(Config.from_environment(own_redis.environ))
    with contextlib.closing(app.extensions["job_queue"]):
        yield app.test_client()


def test_without_redis_a_job_is_refused_within_a_second(alone: FlaskClient) -> None:
    begin = time.monotonic()
    for response in (
        alone.post("/background_count/", json={"number": 5}),
        alone.get(f"/jobs/{uuid4()}"),
    ):
        assert (response.status_code, response.get_json()["status"]) == (503, 503)
        assert response.mimetype == "application/problem+json"
        assert int(response.headers["Retry-After"]) > 0
        assert "redis" not in response.text.lower()
    assert time.monotonic() - begin < 1


def test_without_redis_the_rest_is_served(alone: FlaskClient) -> None:
    assert alone.get("/healthz").get_json() == {"status": "ok"}
    assert [alone.get(path).status_code for path in ("/", "/date/")] == [200, 200]


def test_a_bad_request_is_told_so_without_redis(alone: FlaskClient) -> None:
    assert alone.post("/background_count/", json={"number": "5"}).status_code == 400


def test_jobs_are_accepted_again_after_redis_restarted(
    alone: FlaskClient, own_redis: RedisServer
) -> None:
    statuses = []
    for change in (own_redis.start, own_redis.stop, own_redis.start):
        change()
        statuses.append(alone.post("/background_count/", json={"number": 5}).status_code)
    assert statuses == [202, 503, 202]


def test_a_full_redis_refuses_jobs_and_still_reports(
    alone: FlaskClient, own_redis: RedisServer
) -> None:
    own_redis.start()
    url = alone.post("/background_count/", json={"number": 5}).get_json()["url"]
    with own_redis.client() as client:
        client.config_set("maxmemory", 1)
    response = alone.post("/background_count/", json={"number": 5})
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert alone.get(url).get_json()["state"] == "queued"


def test_a_wrong_password_is_an_outage_and_not_shown(
    own_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    (own_redis.folder / "redis_password").write_text("p4ss")
    config = Config.from_environment(own_redis.environ)
    own_redis.start()
    app = create_app(config)
    with contextlib.closing(app.extensions["job_queue"]):
        assert app.test_client().get(f"/jobs/{uuid4()}").status_code == 503
    assert "Redis does not serve" in caplog.text
    assert "p4ss" not in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(ResponseError("MISCONF Errors writing to the AOF file"), 503), (ResponseError("ERR"), 500)],
)
def test_a_disk_that_is_full_is_an_outage_and_a_wrong_command_a_bug(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: RedisError, status: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(JobQueue, "add", refuse)
    assert client.post("/background_count/", json={"number": 5}).status_code == status
