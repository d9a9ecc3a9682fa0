"""Counts how the runs of jobs end, in Redis, where the counts outlast workers and releases."""

from __future__ import annotations

from typing import Literal, get_args

from redis import Redis
from redis.client import Pipeline

from steady_rq.connection import text

# Retried: the run failed and the job runs again. Restored: a worker took it and died, or it was in
# no list; it was put back.
Outcome = Literal["finished", "failed", "retried", "cancelled", "restored"]


def key(queue: str) -> str:
    """Where the counts of a queue are."""
    return f"steady_rq:outcomes:{queue}"


def add(client: Redis | Pipeline, queue: str, outcome: Outcome) -> None:
    """Count one. Raises RedisError, in a pipeline only when that is executed."""
    client.hincrby(key(queue), outcome, 1)


def read(client: Redis, queue: str) -> dict[str, int]:
    """All counts of a queue by outcome, those at zero too. Raises RedisError."""
    counts: dict[str, int] = dict.fromkeys(get_args(Outcome), 0)
    for name, number in client.hgetall(key(queue)).items():
        counts[text(name)] = int(number)
    return counts
