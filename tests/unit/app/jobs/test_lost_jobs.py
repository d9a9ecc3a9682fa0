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

from app import create_app
from app.config import Config
from app.jobs.queue import JobQueue
from tests.support.job_requests import WORKER, asked, began, in_state
from tests.support.processes import Start, children, kill_family, until
from tests.support.redis_server import RedisServer


@contextlib.contextmanager
def app_of(server: RedisServer) -> Iterator[Flask]:
    app = create_app(Config.from_environment(server.environ))
    yield app
    app.extensions["job_queue"].close()


def fill(server: RedisServer) -> None:
    """Fill Redis past its limit, so far that what clients leave behind makes no room."""
    with server.client() as connection:
        for number in range(100):
            connection.set(f"filler:{number}", "x" * 20_000)
        connection.config_set("maxmemory", connection.info("memory")["used_memory"] - 500_000)


def make_room(server: RedisServer) -> None:
    with server.client() as connection:
        connection.delete(*connection.keys("filler:*"))


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
    url = began(client, 5)
    worker = start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] >= 40, "two are counted")
    for child in children(worker.pid):
        os.kill(child, signal.SIGKILL)
    # Well before the 65 seconds after which a job looks abandoned: its own worker knows at once.
    assert in_state(client, url, "finished")["result"] == 5


@pytest.mark.slow
def test_the_job_of_a_killed_worker_runs_again_within_75_seconds(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    url = began(client, 100)
    killed = start(redis.environ, *WORKER)
    until(lambda: asked(client, url)["progress"] >= 3, "three are counted")
    start(redis.environ, *WORKER)
    kill_family(killed.pid)
    begin = time.monotonic()
    stood = asked(client, url)["progress"]
    until(lambda: asked(client, url)["progress"] > stood, "it goes on", 80)
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
