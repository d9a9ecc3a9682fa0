from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.queue import JobQueue
from tests.unit.conftest import RedisServer, Start, kill_family, until
from tests.unit.job_requests import WORKER, asked, began, in_state, let_time_pass


def states(client: FlaskClient, query: str = "") -> list[str]:
    return [job["state"] for job in client.get(f"/jobs?{query}").get_json()["jobs"]]


def test_jobs_are_listed_the_newest_first(client: FlaskClient) -> None:
    urls = [began(client, 1) for _ in range(3)]
    listed = client.get("/jobs").get_json()["jobs"]
    assert [f"/jobs/{job['id']}" for job in listed] == urls[::-1]
    assert listed[0] == asked(client, urls[2])
    assert len(client.get("/jobs?limit=2").get_json()["jobs"]) == 2


def test_jobs_of_one_state_can_be_listed(client: FlaskClient) -> None:
    first, _ = began(client, 1), began(client, 1)
    client.post(f"{first}/cancel")
    assert states(client, "state=cancelled") == ["cancelled"]
    assert states(client, "state=queued") == ["queued"]
    assert states(client, "state=failed") == []
    assert states(client) == ["queued", "cancelled"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=2.0", "state=lost", "x=1"])
def test_a_wrong_listing_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/jobs?{query}").status_code == 400


def test_a_list_reads_no_more_of_redis_than_it_shows(client: FlaskClient, queue: JobQueue) -> None:
    for _ in range(30):
        began(client, 1)
    before = queue.client.info("stats")["total_commands_processed"]
    assert len(states(client, "limit=2")) == 2
    assert queue.client.info("stats")["total_commands_processed"] - before < 15


def test_a_job_for_later_says_that_it_waits_for_its_time(
    client: FlaskClient, queue: JobQueue
) -> None:
    job = queue.rq.enqueue_at(datetime.now(UTC) + timedelta(hours=1), "app.counting.count", 1)
    later = queue.rq.enqueue("app.counting.count", 1, depends_on=job)
    assert asked(client, f"/jobs/{job.id}")["message"] == "Waiting for its time."
    assert asked(client, f"/jobs/{later.id}")["message"] == "Waiting for another job."
    assert sorted(states(client)) == ["deferred", "scheduled"]
    assert client.post(f"/jobs/{job.id}/cancel").get_json()["state"] == "cancelled"
    assert client.post(f"/jobs/{later.id}/cancel").get_json()["state"] == "cancelled"


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
    queue.client.set(url.replace("/jobs/", "slipway:cancel:"), 1)  # the note alone
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


def test_a_job_that_fails_on_purpose_says_why_at_once_and_runs_again_when_asked(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 5, fail_at=2)
    worker = start(redis.environ, *WORKER)
    report = in_state(client, url, "failed")
    assert (report["reason"], report["progress"]) == ("It was told to fail at 2.", 20)
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


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_job_that_is_unknown_can_be_neither_cancelled_nor_retried(
    client: FlaskClient, verb: str
) -> None:
    assert client.post(f"/jobs/{uuid4()}/{verb}").status_code == 404


def test_a_job_that_may_not_be_repeated_is_not(
    client: FlaskClient, redis: RedisServer, queue: JobQueue, start: Start
) -> None:
    url = f"/jobs/{queue.add('app.counting.count', 5, repeatable=False)}"
    worker = start(redis.environ, *WORKER)
    in_state(client, url, "started")
    kill_family(worker.pid)
    let_time_pass(redis)
    start(redis.environ, *WORKER)
    assert "worker died" in in_state(client, url, "failed")["reason"]
