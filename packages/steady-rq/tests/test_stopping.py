"""A worker that is told to stop loses no job, at whatever moment it is told."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from rq_stand import Stand, children, until

SCRIPT = str(Path(__file__).with_name("stops.py"))
ROUNDS = 200


def stopped(stand: Stand, worker: str, rounds: int, *queues: str) -> dict[str, int]:
    path = f"{stand.environment['PYTHONPATH']}:{stand.folder}"
    code, output = stand.run("python3", SCRIPT, worker, str(rounds), *queues, PYTHONPATH=path)
    assert code == 0, output
    found: dict[str, int] = json.loads(output.splitlines()[-1])
    print(f"{stand.python.parts[-3]} {worker}, {rounds} times: {found}")
    return found


def test_of_200_jobs_that_come_with_the_signal_to_stop_each_is_run_once(stand: Stand) -> None:
    assert set(stopped(stand, "steady_rq.SteadyWorker", ROUNDS, "default").values()) == {0}


def test_so_it_is_with_several_queues(stand: Stand) -> None:
    assert set(stopped(stand, "steady_rq.SteadyWorker", 40, "high", "low").values()) == {0}


def test_the_worker_of_rq_leaves_such_jobs_half_taken(stand: Stand) -> None:
    """If this fails, RQ does what this package was made for."""
    assert stopped(stand, "rq.Worker", 15, "default")["half taken"] > 5


def test_a_job_goes_on_when_all_processes_of_a_service_are_told_to_stop_twice(
    stand: Stand,
) -> None:
    worker = stand.worker()
    job, next_one = (stand.queue().enqueue("shop.jobs.order", n, 3) for n in ("first", "second"))
    until(lambda: stand.count("began:first"), "the job runs")
    for _ in range(2):
        for pid in [worker.pid, *children(worker.pid)]:
            os.kill(pid, signal.SIGTERM)
        time.sleep(1.2)  # RQ takes a second signal within a second for the first
    assert worker.wait(20) == 0
    assert (stand.state(job), stand.state(next_one)) == ("finished", "queued")
    assert stand.count("began:first") == 1


def test_what_a_job_starts_can_be_ended_by_a_signal(stand: Stand) -> None:
    stand.worker()
    job = stand.queue().enqueue("shop.jobs.ends_a_child")
    stand.reaches(job, "finished")
    assert job.return_value(refresh=True) == -signal.SIGTERM


def test_a_worker_that_is_told_to_stop_as_it_begins_ends(stand: Stand) -> None:
    for number in range(8):
        stand.redis.client.flushall()
        worker = stand.start("python3", "-m", "steady_rq", "worker")
        registered = stand.redis.client.scard
        until(lambda: registered("rq:workers"), "it is registered")  # noqa: B023  # used at once
        time.sleep(0.004 * number)
        worker.terminate()
        assert worker.wait(10) == 0
        assert not registered("rq:workers")


def test_an_idle_worker_ends_within_two_seconds(stand: Stand) -> None:
    worker = stand.worker(QUEUES="high,low")
    begin = time.monotonic()
    worker.terminate()
    assert worker.wait(20) == 0
    assert time.monotonic() - begin < 2
