from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.config import Config
from app.jobs.queue import JobQueue
from app.jobs.worker_check import FRESH
from app.redis_client import web_client
from tests.support.processes import Start, ended, until
from tests.support.redis_server import RedisServer

WORKER = ("python", "-m", "app.worker")


def checked(start: Start, server: RedisServer) -> tuple[int, str]:
    return ended(start(server.environ, *WORKER, "--check"))


@contextlib.contextmanager
def jobs_of(server: RedisServer) -> Iterator[JobQueue]:
    config = Config.from_environment(server.environ)
    with web_client(config) as connection:
        yield JobQueue(connection, config)


def is_in(jobs: JobQueue, job_id: str, state: str) -> bool:
    report = jobs.report(job_id)
    return report is not None and report.state == state


def test_a_worker_waits_for_redis(own_redis: RedisServer, start: Start) -> None:
    worker = start(own_redis.environ, *WORKER)
    assert checked(start, own_redis)[0] == 1
    assert worker.poll() is None
    own_redis.start()
    until(lambda: checked(start, own_redis)[0] == 0, "the worker is there")
    worker.terminate()
    assert ended(worker)[0] == 0


def test_a_job_goes_on_through_a_restart_of_redis(own_redis: RedisServer, start: Start) -> None:
    own_redis.start()
    worker = start(own_redis.environ, *WORKER)
    with jobs_of(own_redis) as jobs:
        job_id = jobs.add("app.counting.count", 3)
        until(lambda: is_in(jobs, job_id, "started"), "the job runs")
        own_redis.stop()
        time.sleep(2)
        own_redis.start()
        until(lambda: is_in(jobs, job_id, "finished"), "the job has finished")
    assert worker.poll() is None


def test_a_worker_that_redis_forgot_registers_again(redis: RedisServer, start: Start) -> None:
    start(redis.environ, *WORKER)
    until(lambda: checked(start, redis)[0] == 0, "the worker is there")
    with redis.client() as connection:
        connection.flushall()
    assert checked(start, redis)[0] == 1
    with jobs_of(redis) as jobs:
        job_id = jobs.add("app.counting.count", 1)
        until(lambda: is_in(jobs, job_id, "finished"), "the job has finished")
    until(lambda: checked(start, redis) == (0, "ok\n"), "the worker is there again")


def test_a_worker_that_waits_for_redis_stops_when_told(
    own_redis: RedisServer, start: Start
) -> None:
    worker = start(own_redis.environ, *WORKER)
    assert worker.stdout
    assert "waiting for Redis" in worker.stdout.readline()
    worker.terminate()
    assert ended(worker, 3)[0] == 0


@pytest.mark.parametrize(
    ("host", "age", "verdict"),
    [
        (socket.gethostname(), 0, (0, "ok")),
        (socket.gethostname(), FRESH + 5, (1, "the last heartbeat is 5")),
        ("elsewhere", 0, (1, "no worker of")),
    ],
)
def test_the_check_wants_a_fresh_heartbeat_of_this_host(
    redis: RedisServer, start: Start, host: str, age: int, verdict: tuple[int, str]
) -> None:
    key = f"rq:worker:{host}.1234"
    beat = datetime.now(UTC) - timedelta(seconds=age)
    with redis.client() as connection:
        connection.sadd("rq:workers:default", key)
        connection.hset(key, "last_heartbeat", beat.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    code, output = checked(start, redis)
    assert (code, output[: len(verdict[1])]) == verdict
    assert len(output.splitlines()) == 1


def test_the_check_loads_no_package(start: Start) -> None:
    """On a busy machine what takes a second alone takes as long as the check may."""
    modules = "sys, app.worker.__main__, app.jobs.worker_check"
    program = f"import {modules}; print({{'rq', 'flask', 'redis'}} & set(sys.modules))"
    assert ended(start({}, "python", "-c", program)) == (0, "set()\n")


def test_two_workers_of_a_host_have_names_of_their_own(redis: RedisServer, start: Start) -> None:
    workers: list[subprocess.Popen[str]] = [start(redis.environ, *WORKER) for _ in range(2)]
    with redis.client() as connection:
        until(lambda: connection.scard("rq:workers:default") == 2, "both are registered")
    for worker in workers:
        worker.terminate()
    assert [ended(worker)[0] for worker in workers] == [0, 0]
