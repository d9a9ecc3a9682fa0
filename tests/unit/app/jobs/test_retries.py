from __future__ import annotations

from flask.testing import FlaskClient

from app.jobs.queue import JobQueue
from tests.support.job_requests import WORKER, began, in_state, let_time_pass
from tests.support.processes import Start, kill_family
from tests.support.redis_server import RedisServer


def test_a_job_that_fails_on_purpose_says_why_at_once_and_runs_again_when_asked(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 5, fail_at=2)
    worker = start(redis.environ, *WORKER)
    report = in_state(client, url, "failed")
    assert (report["reason"], report["progress"]) == ("The job was set to fail at 2.", 20)
    assert client.post(f"{url}/cancel").status_code == 409
    kill_family(worker.pid)
    response = client.post(f"{url}/retry")
    assert (response.status_code, response.get_json()["state"]) == (202, "queued")
    assert response.get_json()["progress"] == 0
    assert client.post(f"{url}/retry").status_code == 409
    with redis.client() as connection:
        assert connection.ttl(url.replace("/jobs/", "rq:job:")) == -1


def test_a_cancelled_job_runs_again_when_asked(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 1)
    client.post(f"{url}/cancel")
    assert client.post(f"{url}/retry").status_code == 202
    start(redis.environ, *WORKER)
    assert in_state(client, url, "finished")["result"] == 1
    assert "finished" in client.post(f"{url}/retry").get_json()["detail"]


def test_a_job_that_may_not_be_repeated_is_not(
    client: FlaskClient, redis: RedisServer, queue: JobQueue, start: Start
) -> None:
    url = f"/jobs/{queue.add('app.counting.count', 5, idempotent=False)}"
    worker = start(redis.environ, *WORKER)
    in_state(client, url, "started")
    kill_family(worker.pid)
    let_time_pass(redis)
    start(redis.environ, *WORKER)
    assert "worker died" in in_state(client, url, "failed")["reason"]
