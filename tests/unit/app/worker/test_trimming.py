"""Jobs that have ended take no more memory of Redis than is meant for them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.jobs.queue import JobQueue
from app.redis_client import text
from app.worker import trimming
from app.worker.reconciler import Reconciler
from tests.support.job_requests import WORKER, began, in_state, states
from tests.support.processes import Start, kill_family
from tests.support.redis_server import RedisServer


def test_of_many_jobs_that_ended_the_oldest_are_deleted_with_all_that_is_theirs(
    client: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(trimming, "BATCH", 2)
    finished = [began(client, 1) for _ in range(5)]
    failed = began(client, 2, fail_at=1)
    worker = start(redis.environ, *WORKER)
    in_state(client, failed, "failed")
    kill_family(worker.pid)
    cancelled = [began(client, 100) for _ in range(5)]
    for url in cancelled:
        client.post(f"{url}/cancel")
    for registry, urls in (("rq:finished:default", finished), ("rq:canceled:default", cancelled)):
        for score, url in enumerate(urls):  # they may have ended in one second
            queue.client.zadd(registry, {url.removeprefix("/jobs/"): 9e9 + score})
    queue.client.delete("slipway:reconciler:default:turn")
    Reconciler(queue.rq, keep=60, most_kept=2).run()
    assert sorted(states(client)) == ["cancelled"] * 2 + ["failed"] + ["finished"] * 2
    assert [client.get(url).status_code for url in finished] == [404] * 3 + [200] * 2
    assert [client.get(url).status_code for url in cancelled] == [404] * 3 + [200] * 2
    left = {url.removeprefix("/jobs/") for url in (*finished[:3], *cancelled[:3])}
    keys = [text(key) for key in queue.client.scan_iter()]
    assert not [key for key in keys for job_id in left if job_id in key]
