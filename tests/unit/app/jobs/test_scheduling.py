"""One scheduler runs at any time, also while every worker is busy."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from app.jobs.queue import JobQueue
from tests.support.job_requests import WORKER, asked, began, in_state
from tests.support.processes import Start, children, ended, until
from tests.support.redis_server import RedisServer

LONG = 60  # seconds that a job takes, longer than any wait here
OVERLAP = 6  # seconds in which every busy worker has looked for a scheduler


def schedulers(queue: JobQueue) -> list[bytes | str]:
    return queue.client.keys("rq:scheduler:*")


def busy(start: Start, redis: RedisServer, client: FlaskClient) -> subprocess.Popen[str]:
    """A worker with a long job to do."""
    worker = start(redis.environ, *WORKER)
    in_state(client, began(client, LONG), "started")
    return worker


def test_a_busy_worker_takes_over_from_one_that_was_told_to_stop(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    old = busy(start, redis, client)
    until(lambda: schedulers(queue), "the old worker's scheduler runs")
    new = [busy(start, redis, client) for _ in range(2)]
    assert len(schedulers(queue)) == 1
    old.terminate()
    # By its process: a heartbeat that the end comes in between may write its key once more.
    until(lambda: len(children(old.pid)) == 1, "the old worker's scheduler has ended")
    job = queue.rq.enqueue_at(datetime.now(UTC) + timedelta(seconds=1), "app.counting.count", 1)
    assert asked(client, f"/jobs/{job.id}")["state"] == "scheduled"
    in_state(client, f"/jobs/{job.id}", "queued")
    time.sleep(OVERLAP)
    assert sorted(len(children(worker.pid)) for worker in new) == [1, 2]
    assert len(children(old.pid)) == 1


def test_a_busy_worker_whose_scheduler_was_killed_starts_another(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    worker = start(redis.environ, *WORKER)
    until(lambda: children(worker.pid), "the scheduler runs")
    (scheduler,) = children(worker.pid)
    until(lambda: schedulers(queue), "it has its lock")
    in_state(client, began(client, LONG), "started")
    os.kill(scheduler, signal.SIGKILL)
    job = queue.rq.enqueue_at(datetime.now(UTC), "app.counting.count", 1)
    in_state(client, f"/jobs/{job.id}", "queued")
    assert worker.stdout
    lines = (json.loads(line) for line in worker.stdout)
    begun = (line for line in lines if line["message"].startswith("Scheduler for"))
    assert [set(next(begun)) & {"job_id", "request_id"} for _ in range(2)] == [set(), set()]


def test_a_worker_that_was_told_to_stop_starts_no_scheduler(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    worker = start(redis.environ, *WORKER)
    url = began(client, OVERLAP + 2)
    in_state(client, url, "started")
    until(lambda: schedulers(queue), "the scheduler runs")
    worker.terminate()
    until(lambda: len(children(worker.pid)) <= 1, "the scheduler has ended")
    late = time.monotonic() + 60
    while worker.poll() is None:
        assert time.monotonic() < late
        assert len(children(worker.pid)) <= 1  # the job's process
        time.sleep(0.1)
    assert ended(worker)[0] == 0
    assert asked(client, url)["state"] == "finished"
