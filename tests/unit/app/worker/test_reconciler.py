from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.jobs import outcomes
from app.jobs.asker import Asker
from app.jobs.queue import JobQueue
from app.worker.reconciler import Reconciler
from tests.support.job_requests import WORKER, in_state
from tests.support.processes import Start
from tests.support.redis_server import RedisServer


def lose(queue: JobQueue) -> str:
    """Take a job as a worker of several queues does, and die before it is registered."""
    job_id = queue.add("app.counting.count", 1)
    assert queue.client.blpop([queue.rq.key, "rq:queue:other"]) == (
        queue.rq.key.encode(),
        job_id.encode(),
    )
    return job_id


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
    return reconciler.run()


def test_only_one_worker_looks_at_a_time(queue: JobQueue) -> None:
    lose(queue)
    for _ in range(3):
        assert Reconciler(queue.rq, keep=60).run() == []


def test_a_job_of_another_queue_is_none_of_its_business(queue: JobQueue) -> None:
    job_id = lose(queue)
    queue.client.hset(f"rq:job:{job_id}", "origin", "other")
    reconciler = Reconciler(queue.rq, keep=60)
    assert [looked(queue, reconciler) for _ in range(3)] == [[], [], []]


def test_a_large_redis_is_read_in_steps(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.worker.reconciler.KEYS", 1000)
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
    queue.cancel(first, Asker(is_admin=True))
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
