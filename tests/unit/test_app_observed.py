"""What operators see: readiness, figures, log lines, and the id that ties them to a request."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.heartbeat import FRESH
from tests.unit.conftest import PASSWORD, RedisServer, Start, children, ended, kill_family, until
from tests.unit.job_requests import WORKER, began, in_state
from tests.unit.test_app_uwsgi import UWSGI, ask, serves


def figure(text: str, name: str, **labels: str) -> float:
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if not line.startswith("[")]


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
    ("age", "verdict"), [(None, "none is there"), (FRESH + 5, "last heard of 5")]
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


def test_the_figures_tell_of_jobs_and_workers(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    began(client, 1)
    text = client.get("/metrics").text
    assert figure(text, "slipway_jobs", state="queued") == 1
    assert figure(text, "slipway_workers") == 0
    url = began(client, 2, fail_at=1)
    start(redis.environ, *WORKER)
    in_state(client, url, "failed")
    text = client.get("/metrics").text
    assert figure(text, "slipway_jobs", state="queued") == 0
    assert figure(text, "slipway_job_outcomes_total", outcome="finished") == 1
    assert figure(text, "slipway_job_outcomes_total", outcome="failed") == 1
    assert figure(text, "slipway_job_outcomes_total", outcome="retried") == 0
    assert figure(text, "slipway_workers", queue="default") == 1
    assert figure(text, "slipway_redis_up") == 1


def test_all_processes_count_together_and_a_renewed_one_goes_on(
    redis: RedisServer, start: Start
) -> None:
    path, folder = str(redis.folder / "many.sock"), redis.folder / "metrics"
    more = {"WEB_SOCKET": path, "WEB_PROCESSES": "2", "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    web = start({**redis.environ, **more}, *UWSGI)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves")
    asked = sum(ask(path, "/date/")[0] == 200 for _ in range(40))
    for child in children(web.pid):
        kill_family(child)
    until(lambda: len(children(web.pid)) == 2, "both are renewed")
    asked += sum(ask(path, f"/nowhere/{number}")[0] == 404 for number in range(40))
    text = ask(path, "/metrics")[1].decode()
    seen = {"route": "/date/", "method": "GET", "status": "200"}
    assert figure(text, "slipway_requests_total", **seen) == 40
    assert figure(text, "slipway_requests_total", route="unmatched", status="404") == 40
    assert figure(text, "slipway_request_seconds_count", route="/date/") == 40
    assert asked == 80
    assert len(list(folder.glob("counter_*.db"))) <= 3

    kill_family(web.pid)
    web.wait()
    Path(path).unlink()
    start({**redis.environ, **more}, *UWSGI)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves again")
    assert figure(ask(path, "/metrics")[1].decode(), "slipway_requests_total", **seen) == 0


@pytest.mark.parametrize("given", ["0123456789abcdef0123456789abcdef", "a-b.c_d1"])
def test_an_id_given_by_nginx_is_answered(client: FlaskClient, given: str) -> None:
    assert client.get("/date/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", [None, "", "short", "x" * 65, "with space", '{"a":"bcdefgh"}'])
def test_a_request_without_a_proper_id_gets_one(client: FlaskClient, given: str | None) -> None:
    headers = {"X-Request-ID": given} if given is not None else {}
    first, second = (client.get("/nowhere", headers=headers) for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert first.get_json()["request_id"] == first.headers["X-Request-ID"]
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_all_lines_are_json_and_the_id_of_a_request_leads_to_its_jobs_lines(
    redis: RedisServer, start: Start
) -> None:
    path = str(redis.folder / "lines.sock")
    web = start({**redis.environ, "WEB_SOCKET": path}, *UWSGI)
    worker = start(redis.environ, *WORKER)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves")
    headers = {"X-Request-ID": "of-the-test", "Content-Type": "application/json"}
    body = b'{"number": 7, "fail_at": 1}'
    status, answer = ask(path, "/background_count/", "POST", headers, body)
    assert status == 202
    job = json.loads(answer)
    until(lambda: json.loads(ask(path, job["url"])[1])["state"] == "failed", "the job has failed")
    ask(path, "/nowhere?token=hidden", headers={"X-Request-ID": "not-found"})
    ask(path, "/background_count/", "POST", {**headers, "X-Request-ID": "bad-body"}, b'"hidden"')
    for process in (web, worker):
        process.terminate()
    outputs = [ended(process)[1] for process in (web, worker)]
    of_web, of_worker = map(lines, outputs)

    assert {line["process"] for line in of_web} == {"web"}
    assert {line["process"] for line in of_worker} == {"worker"}
    assert "uwsgi" in {line["logger"] for line in of_web}
    of_job = [line for line in of_worker if line.get("request_id") == "of-the-test"]
    assert {line["job_id"] for line in of_job} == {job["id"]}
    assert any("It was told to fail at 1." in line["message"] for line in of_job)
    refused = {line.get("request_id"): line["message"] for line in of_web}
    assert refused["not-found"] == "404 Not Found"
    assert refused["bad-body"] == "400 Bad Request"
    secrets = ("hidden", PASSWORD, "a key of the tests", '"arguments"', '"kwargs"')
    assert not [secret for secret in secrets if secret in "".join(outputs)]
