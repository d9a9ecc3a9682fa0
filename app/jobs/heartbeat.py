"""Whether workers are alive, by their heartbeats in Redis. Imports no RQ: it runs often."""

from __future__ import annotations

from datetime import UTC, datetime

from redis import Redis

from app.jobs.worker_check import WORKER_KEY, WORKERS_KEY
from app.redis_client import text


def heartbeats(client: Redis, queue: str, prefix: str = "") -> dict[str, tuple[datetime, str]]:
    """When each worker of a queue was last heard of, and its state, by name. Raises RedisError."""
    begins = WORKER_KEY + prefix
    keys = sorted(text(key) for key in client.smembers(WORKERS_KEY % queue))
    keys = [key for key in keys if key.startswith(begins)]
    with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hmget(key, "last_heartbeat", "state")
        answers = zip(keys, pipeline.execute(), strict=True)
    return {
        key.removeprefix(WORKER_KEY): (datetime.fromisoformat(text(beat)), text(state or b""))
        for key, (beat, state) in answers
        if beat
    }


def ages(client: Redis, queue: str, prefix: str = "") -> list[float]:
    """How many seconds ago each worker of a queue was last heard of. Raises RedisError."""
    now = datetime.now(UTC)
    beats = heartbeats(client, queue, prefix).values()
    return [(now - beat).total_seconds() for beat, _ in beats]
