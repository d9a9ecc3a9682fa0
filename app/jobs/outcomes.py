"""Counts how the runs of jobs end, in Redis, where the counts outlast workers and releases."""

from __future__ import annotations

from typing import Literal

from redis import Redis
from redis.client import Pipeline

from app.redis_client import text

# Retried: the run failed and the job runs again. Restored: a job that was in no list was put back.
Outcome = Literal["finished", "failed", "retried", "cancelled", "restored"]


def key(queue: str) -> str:
    """Where the counts of a queue are."""
    return f"slipway:outcomes:{queue}"


def add(client: Redis | Pipeline, queue: str, outcome: Outcome) -> None:
    """Count one. Raises RedisError, in a pipeline only when that is executed."""
    client.hincrby(key(queue), outcome, 1)


def read(client: Redis, queue: str) -> dict[str, int]:
    """All counts of a queue by outcome, those at zero too. Raises RedisError."""
    counts: dict[str, int] = dict.fromkeys(Outcome.__args__, 0)  # type: ignore[attr-defined]
    for name, number in client.hgetall(key(queue)).items():
        counts[text(name)] = int(number)
    return counts
