from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.job_requests import WORKER, asked, began, in_state, let_time_pass, set_field
from tests.support.processes import Start, ended, kill_family, until
from tests.support.redis_server import PASSWORD, RedisServer


def test_a_job_runs_to_its_end_and_its_progress_shows(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 3)
    worker = start(redis.environ, *WORKER)
    seen = set()

    def finished() -> bool:
        report = asked(client, url)
        seen.add((report["state"], report["progress"]))
        return bool(report["state"] == "finished")

    until(finished, "the job has finished")
    assert {("started", 33), ("started", 66), ("finished", 100)} <= seen
    assert asked(client, url)["result"] == 3
    worker.terminate()
    code, output = ended(worker)
    assert code == 0
    assert PASSWORD not in output
    assert "count(3)" not in output


def test_a_worker_told_to_stop_finishes_its_job_and_takes_no_other(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    first, second = began(client, 4), began(client, 1)
    worker = start(redis.environ, *WORKER)
    in_state(client, first, "started")
    worker.terminate()
    assert ended(worker)[0] == 0
    assert [asked(client, url)["state"] for url in (first, second)] == ["finished", "queued"]


def test_the_job_of_a_killed_worker_runs_again_from_where_it_stood(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 5)
    worker = start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] >= 40, "two are counted")
    kill_family(worker.pid)
    let_time_pass(redis)
    start(redis.environ, *WORKER)
    assert in_state(client, url, "finished")["result"] == 5


def test_a_job_whose_worker_died_each_time_says_so(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 5)
    worker = start(redis.environ, *WORKER)
    in_state(client, url, "started")
    kill_family(worker.pid)
    set_field(redis, url, "retries_left", "0")
    let_time_pass(redis)
    start(redis.environ, *WORKER)
    report = in_state(client, url, "failed")
    assert report["reason"] == "The worker died each time it ran the job."
    assert report["result"] is None
    assert report["progress"] < 100


def test_a_job_that_takes_too_long_says_so_and_is_not_tried_again(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 100)
    set_field(redis, url, "timeout", "1")
    start(redis.environ, *WORKER)
    assert "longer than its limit of 1 seconds" in in_state(client, url, "failed")["reason"]
