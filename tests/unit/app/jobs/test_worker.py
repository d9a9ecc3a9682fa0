from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator

from app.config import Config
from app.jobs.queue import JobQueue
from steady_rq.connection import impatient_client
from tests.support.processes import Start, ended, until
from tests.support.redis_server import RedisServer

PACKAGE = ("python", "-m", "steady_rq")
WORKER = (*PACKAGE, "worker")


def checked(start: Start, server: RedisServer) -> tuple[int, str]:
    return ended(start(server.environ, *PACKAGE, "check"))


@contextlib.contextmanager
def jobs_of(server: RedisServer) -> Iterator[JobQueue]:
    config = Config.from_environment(server.environ)
    with impatient_client(config.redis) as connection:
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


def test_two_workers_of_a_host_have_names_of_their_own(redis: RedisServer, start: Start) -> None:
    workers: list[subprocess.Popen[str]] = [start(redis.environ, *WORKER) for _ in range(2)]
    with redis.client() as connection:
        until(lambda: connection.scard("rq:workers:default") == 2, "both are registered")
    for worker in workers:
        worker.terminate()
    assert [ended(worker)[0] for worker in workers] == [0, 0]
