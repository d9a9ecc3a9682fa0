from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.jobs.queue import JobQueue
from tests.support.job_requests import WORKER, asked, began, in_state, let_time_pass, states
from tests.support.processes import Start, kill_family, until
from tests.support.redis_server import RedisServer


def test_a_job_that_waits_is_cancelled_at_once_and_kept_as_long_as_a_failed_one(
    client: FlaskClient, queue: JobQueue
) -> None:
    url = began(client, 5)
    response = client.post(f"{url}/cancel")
    assert (response.status_code, response.get_json()["state"]) == (200, "cancelled")
    assert queue.rq.count == 0
    assert client.post(f"{url}/cancel").status_code == 200
    key = url.replace("/jobs/", "rq:job:")
    assert queue.config.failure_ttl - 5 < queue.client.ttl(key) <= queue.config.failure_ttl


def test_a_job_that_runs_is_cancelled_and_the_worker_goes_on(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url, other = began(client, 100), began(client, 1)
    start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] > 0, "it counts")
    response = client.post(f"{url}/cancel")
    assert response.status_code == 202
    report = in_state(client, url, "cancelled")
    assert (report["message"], report["reason"], report["result"]) == ("Cancelled.", None, None)
    in_state(client, other, "finished")
    assert states(client, "state=cancelled") == ["cancelled"]
    assert states(client, "state=failed") == []


def test_a_job_is_cancelled_though_its_worker_heard_no_command(
    client: FlaskClient, redis: RedisServer, queue: JobQueue, start: Start
) -> None:
    url = began(client, 100)
    start(redis.environ, *WORKER)
    in_state(client, url, "started")
    queue.client.set(url.replace("/jobs/", "steady_rq:cancel:"), 60)  # the note alone
    assert asked(client, url)["message"] == "Being cancelled."
    in_state(client, url, "cancelled")


def test_a_job_cancelled_while_its_worker_was_dead_does_not_run_again(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 100)
    worker = start(redis.environ, *WORKER)
    in_state(client, url, "started")
    kill_family(worker.pid)
    assert client.post(f"{url}/cancel").status_code == 202
    let_time_pass(redis)
    start(redis.environ, *WORKER)
    in_state(client, url, "cancelled")


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_job_that_is_unknown_can_be_neither_cancelled_nor_retried(
    client: FlaskClient, verb: str
) -> None:
    assert client.post(f"/jobs/{uuid4()}/{verb}").status_code == 404
