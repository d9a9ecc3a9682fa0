"""A worker that is told to stop leaves no job half taken."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from multiprocessing.process import BaseProcess

from redis import Redis
from rq import Worker

from app.config import Config
from app.jobs.queue import JobQueue
from app.jobs.rq_queue import SERIALIZER, rq_queue
from app.redis_client import worker_client
from app.worker.listening import ListeningWorker
from tests.support.job_requests import WORKER
from tests.support.processes import Start, ended, until
from tests.support.redis_server import RedisServer

FORK = multiprocessing.get_context("fork")  # the imports are made once
ROUNDS = 30  # RQ's own worker leaves two of three jobs behind


def listen(kind: type[Worker], config: Config) -> None:
    gc.disable()  # what was forked along is not this process' to tidy up
    client = worker_client(config)
    kind([rq_queue(config, client)], connection=client, serializer=SERIALIZER).work(
        logging_level="ERROR"
    )


def listening(kind: type[Worker], config: Config, client: Redis) -> BaseProcess:
    """A worker in a process of its own, which waits for jobs."""
    worker = FORK.Process(target=listen, args=(kind, config))
    worker.start()
    until(lambda: client.info("clients")["blocked_clients"] == 1, "the worker waits")
    return worker


def half_taken(kind: type[Worker], config: Config, queue: JobQueue) -> int:
    """How many jobs are lost when each comes with the signal to stop."""
    left = 0
    for number in range(ROUNDS):
        worker = listening(kind, config, queue.client)
        assert worker.pid
        job = queue.rq.enqueue("math.sqrt", 4)
        time.sleep(number * 0.004 / ROUNDS)
        os.kill(worker.pid, signal.SIGTERM)
        worker.join(30)
        assert worker.exitcode == 0
        left += queue.client.llen(queue.rq.intermediate_queue_key)
        assert job.is_finished or queue.client.llen(queue.rq.key) or left
        queue.client.flushall()
    return left


def test_a_job_that_comes_with_the_signal_to_stop_is_run_or_stays_in_the_queue(
    queue: JobQueue, redis: RedisServer
) -> None:
    assert half_taken(ListeningWorker, Config.from_environment(redis.environ), queue) == 0


def test_a_worker_that_waits_takes_nothing_more_once_it_is_told_to_stop(
    queue: JobQueue, redis: RedisServer
) -> None:
    worker = listening(ListeningWorker, Config.from_environment(redis.environ), queue.client)
    worker.terminate()
    until(lambda: queue.client.info("clients")["blocked_clients"] == 0, "it waits no more")
    job = queue.rq.enqueue("math.sqrt", 4)
    worker.join(30)
    assert worker.exitcode == 0
    assert queue.rq.get_job_ids() == [job.id]


def test_a_worker_that_is_told_twice_finishes_its_job(
    queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    worker = start(redis.environ, *WORKER)
    job_id = queue.add("app.counting.count", 4)
    until(lambda: state(queue, job_id) == "started", "the job runs")
    worker.terminate()
    time.sleep(1.5)  # RQ takes a second signal within a second for the first
    worker.terminate()
    assert ended(worker)[0] == 0
    assert state(queue, job_id) == "finished"
    assert queue.client.hget(f"rq:job:{job_id}", "number_of_retries") is None


def test_each_of_many_waiting_workers_takes_a_job_of_its_own(
    queue: JobQueue, redis: RedisServer
) -> None:
    config = Config.from_environment(redis.environ)
    workers = [FORK.Process(target=listen, args=(ListeningWorker, config)) for _ in range(4)]
    for worker in workers:
        worker.start()
    until(lambda: queue.client.info("clients")["blocked_clients"] == 4, "all wait")
    jobs = [queue.rq.enqueue("time.sleep", 0.2) for _ in range(8)]
    until(lambda: all(job.is_finished for job in jobs), "all are done")
    takers = {result.worker_name for job in jobs if (result := job.latest_result())}
    assert len(takers) == 4
    for worker in workers:
        worker.terminate()
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]


def told_and_going_on(worker: ListeningWorker) -> None:
    worker.request_stop(signal.SIGTERM, None)
    os._exit(3)


def test_a_scheduler_that_is_told_to_end_as_it_begins_does(queue: JobQueue) -> None:
    """It has the worker's signal handlers until it sets its own; nobody tells it twice."""
    worker = ListeningWorker([queue.rq], connection=queue.client, serializer=SERIALIZER)
    child = FORK.Process(target=told_and_going_on, args=(worker,))
    child.start()
    child.join(30)
    assert child.exitcode == 0


def state(queue: JobQueue, job_id: str) -> str:
    report = queue.report(job_id)
    return report.state if report else ""
