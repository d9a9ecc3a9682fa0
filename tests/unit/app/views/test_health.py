from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from steady_rq.check import FRESH
from tests.support.processes import Start, until
from tests.support.redis_server import RedisServer
from tests.support.uwsgi import UWSGI, ask, serves


def put_worker(server: RedisServer, age: float) -> None:
    beat = datetime.now(UTC) - timedelta(seconds=age)
    with server.client() as connection:
        connection.sadd("rq:workers:default", "rq:worker:elsewhere.1")
        connection.hset("rq:worker:elsewhere.1", "last_heartbeat", f"{beat:%Y-%m-%dT%H:%M:%S.%fZ}")


def test_it_is_ready_while_a_worker_is_there_wherever_it_runs(
    client: FlaskClient, redis: RedisServer
) -> None:
    put_worker(redis, 0)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ready", "checks": {"redis": "ok", "worker": "ok"}}


@pytest.mark.parametrize(
    ("age", "verdict"), [(None, "there is no worker"), (FRESH + 5, "the last heartbeat was 3")]
)
def test_it_is_not_ready_without_a_worker_and_says_so(
    client: FlaskClient, redis: RedisServer, age: float | None, verdict: str
) -> None:
    if age:
        put_worker(redis, age)
    response = client.get("/readyz")
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    checks = response.get_json()["checks"]
    assert checks["redis"] == "ok"
    assert checks["worker"].startswith(verdict)
    assert response.get_json()["detail"] == "Not ready: worker."


def test_it_is_not_ready_without_redis_and_still_alive(
    own_redis: RedisServer, start: Start
) -> None:
    path = str(own_redis.folder / "web.sock")
    start({**own_redis.environ, "WEB_SOCKET": path}, *UWSGI)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves")
    status, body = ask(path, "/readyz")
    assert (status, json.loads(body)["checks"]["redis"]) == (503, "does not answer")
    status, body = ask(path, "/metrics")
    assert status == 200
    assert "slipway_redis_up 0.0" in body.decode()
