"""Jobs outlast what kills their workers and fills their Redis."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, outcomes
from app.config import Config
from app.queue import JobQueue
from app.reconciler import Reconciler
from tests.unit.conftest import RedisServer, Start, children, kill_family, until
from tests.unit.job_requests import WORKER, asked, began, in_state


@contextlib.contextmanager
def app_of(server: RedisServer) -> Iterator[Flask]:
    app = create_app(Config.from_environment(server.environ))
    yield app
    app.extensions["slipway"].close()


def fill(server: RedisServer) -> None:
    """Fill Redis past its limit, so far that what clients leave behind makes no room."""
    with server.client() as connection:
        for number in range(100):
            connection.set(f"filler:{number}", "x" * 20_000)
        connection.config_set("maxmemory", connection.info("memory")["used_memory"] - 500_000)


def make_room(server: RedisServer) -> None:
    with server.client() as connection:
        connection.delete(*connection.keys("filler:*"))


def lose(queue: JobQueue) -> str:
    """Take a job as a worker of several queues does, and die before it is registered."""
    job_id = queue.add("app.counting.count", 1)
    assert queue.client.blpop([queue.rq.key, "rq:queue:other"]) == (
        queue.rq.key.encode(),
        job_id.encode(),
    )
    return job_id


def test_a_full_redis_refuses_jobs_and_is_read_and_its_queue_drains_once_there_is_room(
    own_redis: RedisServer, start: Start
) -> None:
    own_redis.start()
    with app_of(own_redis) as app:
        client = app.test_client()
        url = began(client, 4)
        worker = start(own_redis.environ, *WORKER)
        in_state(client, url, "started")
        waiting = began(client, 1)
        fill(own_redis)
        response = client.post("/background_count/", json={"number": 1})
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert client.post(f"{waiting}/cancel").status_code == 503
        assert [asked(client, u)["state"] for u in (url, waiting)] == ["started", "queued"]
        assert len(client.get("/jobs").get_json()["jobs"]) == 2
        assert worker.stdout
        said = iter(worker.stdout)
        until(lambda: "waiting for Redis" in next(said), "the worker waits", 20)
        make_room(own_redis)
        in_state(client, waiting, "finished")
        assert worker.poll() is None


def test_a_job_in_no_list_is_queued_again_at_the_second_look(queue: JobQueue) -> None:
    job_id, waiting = lose(queue), queue.add("app.counting.count", 1)
    reconciler = Reconciler(queue.rq, keep=60)
    assert looked(queue, reconciler) == []
    assert looked(queue, reconciler) == [job_id]
    assert queue.rq.get_job_ids() == [waiting, job_id]
    assert looked(queue, reconciler) == []
    assert outcomes.read(queue.client, "default")["restored"] == 1


def looked(queue: JobQueue, reconciler: Reconciler) -> list[str]:
    queue.client.delete("slipway:reconciler:default:turn")
    return reconciler.look()


def test_only_one_worker_looks_at_a_time(queue: JobQueue) -> None:
    lose(queue)
    for _ in range(3):
        assert Reconciler(queue.rq, keep=60).look() == []


def test_a_job_of_another_queue_is_none_of_its_business(queue: JobQueue) -> None:
    job_id = lose(queue)
    queue.client.hset(f"rq:job:{job_id}", "origin", "other")
    reconciler = Reconciler(queue.rq, keep=60)
    assert [looked(queue, reconciler) for _ in range(3)] == [[], [], []]


def test_a_large_redis_is_read_in_steps(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reconciler.KEYS", 1000)
    job_id = lose(queue)
    with queue.client.pipeline() as pipeline:
        for number in range(5000):
            pipeline.hset(f"rq:job:{number}", "status", "finished")
        pipeline.execute()
    reconciler, looks = Reconciler(queue.rq, keep=60), 0
    while looked(queue, reconciler) != [job_id]:
        looks += 1
        assert looks < 15
    assert looks > 4


def test_a_worker_runs_the_job_that_another_lost(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    job_id = lose(queue)
    looked(queue, Reconciler(queue.rq, keep=60))
    queue.client.delete("slipway:reconciler:default:turn")
    start(redis.environ, *WORKER)
    assert in_state(client, f"/jobs/{job_id}", "finished")["result"] == 1


def test_cancelled_jobs_go_when_their_time_is_over_whoever_cancelled_them(
    queue: JobQueue,
) -> None:
    first, second = queue.add("app.counting.count", 1), queue.add("app.counting.count", 1)
    queue.cancel(first)
    job = queue.rq.fetch_job(second)
    assert job
    job.cancel()  # as the dashboard does: without an end
    reconciler = Reconciler(queue.rq, keep=60)
    looked(queue, reconciler)
    assert 0 < queue.client.ttl(job.key) <= 60
    assert queue.client.zcard("rq:canceled:default") == 2
    queue.client.zadd("rq:canceled:default", {first: 1})
    looked(queue, reconciler)
    assert queue.client.zrange("rq:canceled:default", 0, -1) == [second.encode()]


def test_a_job_for_later_runs_at_its_time_though_the_scheduler_was_killed(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    worker = start(redis.environ, *WORKER)
    until(lambda: children(worker.pid), "the scheduler runs")
    (scheduler,) = children(worker.pid)
    until(lambda: queue.client.keys("rq:scheduler:*"), "it has its lock")
    os.kill(scheduler, signal.SIGKILL)
    job = queue.rq.enqueue_at(datetime.now(UTC) + timedelta(seconds=1), "app.counting.count", 1)
    assert asked(client, f"/jobs/{job.id}")["state"] == "scheduled"
    in_state(client, f"/jobs/{job.id}", "finished")


def test_a_killed_process_of_a_job_is_followed_by_another_that_goes_on(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 3)
    worker = start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] == 66, "two are counted")
    begin = time.monotonic()
    for child in children(worker.pid):
        os.kill(child, signal.SIGKILL)
    assert in_state(client, url, "finished")["result"] == 3
    assert time.monotonic() - begin < 10


@pytest.mark.slow
def test_the_job_of_a_killed_worker_runs_again_within_75_seconds(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 100)
    killed = start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] == 3, "three are counted")
    start(redis.environ, *WORKER)
    kill_family(killed.pid)
    begin = time.monotonic()
    until(lambda: asked(client, url)["progress"] > 3, "it goes on", 80)
    seconds = time.monotonic() - begin
    print(f"recovered after {seconds:.0f} s")
    assert seconds < 75


@pytest.mark.slow
def test_the_job_that_ran_when_redis_filled_up_finishes_once_there_is_room(
    own_redis: RedisServer, start: Start
) -> None:
    own_redis.start()
    with app_of(own_redis) as app:
        client = app.test_client()
        url = began(client, 4)
        start(own_redis.environ, *WORKER)
        in_state(client, url, "started")
        fill(own_redis)
        time.sleep(5)
        make_room(own_redis)
        until(lambda: asked(client, url)["state"] == "finished", "it has finished", 85)
