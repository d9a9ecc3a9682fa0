from __future__ import annotations

from app.config import Config
from app.jobs.queue import JobQueue
from steady_rq.connection import impatient_client
from tests.support.redis_server import RedisServer


def test_a_job_keeps_for_the_times_that_are_set(redis: RedisServer) -> None:
    config = Config.from_environment({**redis.environ, "RESULT_TTL": "11", "FAILURE_TTL": "12"})
    with impatient_client(config.redis) as connection:
        job_id = JobQueue(connection, config).add("app.counting.count", 1)
        fields = ("result_ttl", "failure_ttl", "timeout", "retries_left")
        assert connection.hmget(f"rq:job:{job_id}", fields) == [b"11", b"12", b"180", b"3"]
