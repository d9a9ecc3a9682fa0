"""Lost jobs are found, and cancelled jobs go when their time is over."""

from __future__ import annotations

import pytest
from redis import Redis
from rq import Queue
from rq_stand import RedisServer

from steady_rq import cancel
from steady_rq.jobs import outcomes
from steady_rq.worker import reconciler
from steady_rq.worker.reconciler import Reconciler


@pytest.fixture
def queue(redis_server: RedisServer) -> Queue:
    redis_server.client.flushall()
    return Queue(connection=redis_server.client)


def lose(queue: Queue) -> str:
    """Take a job as RQ's worker of several queues does, and die before it is registered."""
    job_id: str = queue.enqueue("math.sqrt", 4).id
    client: Redis = queue.connection
    assert client.blpop([queue.key, "rq:queue:other"]) == (queue.key.encode(), job_id.encode())
    return job_id


def looked(queue: Queue, most_kept: int = 100) -> list[str]:
    queue.connection.delete(f"steady_rq:reconciler:{queue.name}:turn")
    return Reconciler(queue, keep=60, most_kept=most_kept).run()


def test_a_job_in_no_list_is_queued_again_at_the_second_look(queue: Queue) -> None:
    job_id, waiting = lose(queue), queue.enqueue("math.sqrt", 4).id
    assert looked(queue) == []
    assert looked(queue) == [job_id]
    assert queue.get_job_ids() == [waiting, job_id]
    assert looked(queue) == []
    assert outcomes.read(queue.connection, "default")["restored"] == 1


def test_only_one_worker_looks_at_a_time(queue: Queue) -> None:
    lose(queue)
    for _ in range(3):
        assert Reconciler(queue, keep=60).run() == []


def test_a_job_of_another_queue_is_none_of_its_business(queue: Queue) -> None:
    job_id = lose(queue)
    queue.connection.hset(f"rq:job:{job_id}", "origin", "other")
    assert [looked(queue) for _ in range(3)] == [[], [], []]


def test_a_large_redis_is_read_in_steps(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "KEYS", 1000)
    job_id = lose(queue)
    with queue.connection.pipeline() as pipeline:
        for number in range(5000):
            pipeline.hset(f"rq:job:{number}", "status", "finished")
        pipeline.execute()
    looks = 0
    while looked(queue) != [job_id]:
        looks += 1
        assert looks < 15
    assert looks > 4


def test_cancelled_jobs_go_when_their_time_is_over_whoever_cancelled_them(queue: Queue) -> None:
    first, second = queue.enqueue("math.sqrt", 4), queue.enqueue("math.sqrt", 4)
    assert cancel(queue, first, keep=60)
    second.cancel()  # as RQ does: without an end
    looked(queue)
    assert 0 < queue.connection.ttl(second.key) <= 60
    assert queue.connection.zcard("rq:canceled:default") == 2
    queue.connection.zadd("rq:canceled:default", {first.id: 1})
    looked(queue)
    assert queue.connection.zrange("rq:canceled:default", 0, -1) == [second.id.encode()]


def test_of_many_jobs_that_ended_the_oldest_are_deleted_with_all_that_is_theirs(
    queue: Queue,
) -> None:
    jobs = [queue.enqueue("math.sqrt", 4) for _ in range(5)]
    for age, job in enumerate(jobs):
        cancel(queue, job, keep=60)
        queue.connection.zadd("rq:canceled:default", {job.id: 9e9 + age})
    looked(queue, most_kept=2)
    left = {key.decode() for key in queue.connection.scan_iter() if isinstance(key, bytes)}
    assert {job.key for job in jobs} & left == {job.key for job in jobs[3:]}
    assert not [key for key in left for job in jobs[:3] if job.id in key]
