"""The worker with an application that only says `queue.enqueue(...)`."""

from __future__ import annotations

import os
import signal
import time
import zlib
from datetime import timedelta

import pytest
from rq import Retry
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_stand import Stand, children, until

from steady_rq import cancel
from steady_rq.connection import text


def test_it_runs_the_jobs_of_an_application_that_never_imports_it(stand: Stand) -> None:
    stand.worker()
    code, output = stand.run(
        "python3",
        "-c",
        "from rq import Queue; from shop.jobs import *\n"
        "print(Queue(connection=store()).enqueue(order, 'a book').id, without_flask())",
    )
    assert (code, output.split()[1]) == (0, "[]"), output
    until(lambda: stand.count("ended:a book"), "the job has run")


@pytest.mark.parametrize("written", ['SERIALIZER = "json"', ""])
def test_its_jobs_may_be_of_another_serializer(stand: Stand, written: str) -> None:
    (stand.folder / "shop" / "steady_rq.conf.py").write_text(f"{written}\n")
    stand.worker()
    queue = stand.queue(serializer=JSONSerializer)
    job = queue.enqueue("operator.mul", 6, 7, meta={"by": "a reader"}, result_ttl=60)
    stand.reaches(job, "finished")
    found = Job.fetch(job.id, connection=queue.connection, serializer=JSONSerializer)
    assert (found.return_value(), found.meta) == (42, {"by": "a reader"})


def test_a_job_that_no_serializer_can_read_fails_and_the_next_one_runs(stand: Stand) -> None:
    queue = stand.queue()
    broken = queue.enqueue("shop.jobs.order", "a book")
    queue.connection.hset(broken.key, "data", zlib.compress(b"neither"))
    stand.worker()
    stand.reaches(broken, "failed")
    stand.reaches(queue.enqueue("shop.jobs.order", "another"), "finished")


def test_two_queues_are_served_at_once_and_the_first_goes_first(stand: Stand) -> None:
    high, low = stand.queue("high"), stand.queue("low-priority")
    worker = stand.worker(QUEUES="high, low-priority")
    for number, queue in enumerate((low, high, low, high)):
        begin = time.monotonic()
        stand.reaches(queue.enqueue("shop.jobs.order", str(number)), "finished")
        assert time.monotonic() - begin < 2
        time.sleep(0.2)
    first = low.enqueue("shop.jobs.order", "long", 2)
    until(lambda: stand.count("began:long"), "the job runs")
    late = [low.enqueue("shop.jobs.order", "late"), high.enqueue("shop.jobs.order", "soon")]
    for job in (first, *late):
        stand.reaches(job, "finished")
    began = [str(stand.redis.client.hget(job.key, "started_at")) for job in late]
    assert began[1] < began[0]
    assert stand.check() == (0, "ok")
    assert worker.poll() is None


def test_a_job_of_several_queues_is_never_only_in_the_hands_of_a_worker(stand: Stand) -> None:
    """RQ's worker pops it from a list; when that worker dies, the job is nowhere."""
    worker = stand.worker(QUEUES="high,low")
    job = stand.queue("low").enqueue("shop.jobs.order", "long", 60)
    stand.reaches(job, "started")
    assert stand.redis.client.llen(stand.queue("low").intermediate_queue_key) == 0
    os.kill(worker.pid, signal.SIGSTOP)
    for pid in children(worker.pid):
        os.kill(pid, signal.SIGKILL)
    half = stand.queue("low").enqueue("shop.jobs.order", "half taken")
    stand.redis.client.lmove("rq:queue:low", stand.queue("low").intermediate_queue_key)
    stand.redis.client.hset("steady_rq:half_taken:low", half.id, time.time() - 60)
    stand.worker(QUEUES="high,low")
    stand.reaches(half, "finished")
    restored = stand.redis.client.hget("steady_rq:outcomes:low", "restored")
    assert restored == b"1"


def test_a_killed_process_of_a_job_is_noticed_at_once_and_the_worker_goes_on(
    stand: Stand,
) -> None:
    worker = stand.worker()
    queue = stand.queue()
    once = queue.enqueue("shop.jobs.order", "once", 30)
    stand.reaches(once, "started")
    kill_jobs(worker.pid)
    stand.reaches(once, "failed", 15)
    again = queue.enqueue("shop.jobs.order", "again", 2, retry=Retry(max=2))
    until(lambda: stand.count("began:again"), "the job runs")
    kill_jobs(worker.pid)
    stand.reaches(again, "finished", 15)
    assert stand.count("began:again") == 2
    assert worker.poll() is None
    assert counts(stand) == {"finished": 1, "failed": 1, "retried": 1}


def test_a_job_for_later_is_run_at_its_time_also_when_the_scheduler_was_killed(
    stand: Stand,
) -> None:
    worker = stand.worker()
    until(lambda: children(worker.pid), "the scheduler runs")
    for later in (1, 2):
        job = stand.queue().enqueue_in(timedelta(seconds=later), "shop.jobs.order", str(later))
        stand.reaches(job, "finished")
        for pid in children(worker.pid):
            os.kill(pid, signal.SIGKILL)


def test_a_job_that_runs_is_cancelled_and_one_that_waits(stand: Stand) -> None:
    stand.worker()
    queue = stand.queue()
    runs, waits = (queue.enqueue("shop.jobs.order", name, 60) for name in ("runs", "waits"))
    stand.reaches(runs, "started")
    runs.refresh()  # type: ignore[no-untyped-call]  # RQ's gap
    for job in (runs, waits):
        cancel(queue, job, keep=60)
    for job in (runs, waits):
        stand.reaches(job, "canceled", 15)
        assert 0 < stand.redis.client.ttl(job.key) <= 60
    stand.reaches(queue.enqueue("shop.jobs.order", "next"), "finished")
    assert stand.count("ended:runs") == stand.count("began:waits") == 0


def test_a_job_that_can_never_succeed_is_not_tried_again(stand: Stand) -> None:
    stand.worker()
    job = stand.queue().enqueue("shop.jobs.refuse", retry=Retry(max=3))
    stand.reaches(job, "failed")
    assert stand.count("began:refuse") == 1


def test_workers_that_are_suspended_stay_healthy_and_stop_when_told(stand: Stand) -> None:
    worker = stand.worker()
    stand.redis.client.set("rq:suspended", 1)
    stand.queue().enqueue("shop.jobs.order", "one")  # it was waited for already
    job = stand.queue().enqueue("shop.jobs.order", "two")
    key = next(iter(stand.redis.client.smembers("rq:workers")))
    until(lambda: stand.redis.client.hget(key, "state") == b"suspended", "it is suspended")
    beat = stand.redis.client.hget(key, "last_heartbeat")
    until(lambda: stand.redis.client.hget(key, "last_heartbeat") != beat, "it is alive", 5)
    worker.terminate()
    assert worker.wait(10) == 0
    assert stand.state(job) == "queued"


def test_rq_s_own_command_takes_the_class(stand: Stand) -> None:
    url = "unix://:a%20password%20of%20the%20tests@" + str(stand.redis.socket)
    words = ("--worker-class", "steady_rq.SteadyWorker", "--url", url, "high", "low")
    worker = stand.start("rq", "worker", *words)
    job = stand.queue("low").enqueue("shop.jobs.order", "a book")
    stand.reaches(job, "finished")
    assert stand.check() == (0, "ok")
    worker.terminate()
    assert worker.wait(10) == 0


def kill_jobs(pid: int) -> None:
    """Kill what a worker has forked; its scheduler, too, which it starts again."""
    for child in children(pid):
        os.kill(child, signal.SIGKILL)


def counts(stand: Stand) -> dict[str, int]:
    found = stand.redis.client.hgetall("steady_rq:outcomes:default")
    return {text(name): int(number) for name, number in found.items()}
