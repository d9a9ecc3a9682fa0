from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.jobs.asker import Asker
from app.jobs.queue import JobQueue
from tests.support.job_requests import asked, began, states


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
    assert asked(client, f"/jobs/{job.id}")["message"] == "Waiting for its start time."
    assert asked(client, f"/jobs/{later.id}")["message"] == "Waiting for another job."
    assert sorted(states(client)) == ["deferred", "scheduled"]
    for waiting in (job.id, later.id):
        queue.cancel(waiting, Asker(is_admin=True))
        assert asked(client, f"/jobs/{waiting}")["state"] == "cancelled"
