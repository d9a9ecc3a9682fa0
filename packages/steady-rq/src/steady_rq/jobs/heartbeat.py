"""Whether workers are alive, by their heartbeats in Redis. Imports no RQ: it runs often."""

from __future__ import annotations

from datetime import UTC, datetime

from redis import Redis

from steady_rq.check import key_prefix
from steady_rq.connection import text


def heartbeats(client: Redis, queue: str) -> dict[str, tuple[datetime, str]]:
    """When each worker of a queue was last heard of, and its state, by name. Raises RedisError."""
    prefix = key_prefix()
    keys = sorted(text(key) for key in client.smembers(f"{prefix}:workers:{queue}"))
    with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hmget(key, "last_heartbeat", "state")
        answers = zip(keys, pipeline.execute(), strict=True)
    return {
        key.removeprefix(f"{prefix}:worker:"): (
            datetime.fromisoformat(text(beat)),
            text(state or b""),
        )
        for key, (beat, state) in answers
        if beat
    }


def ages(client: Redis, queue: str) -> list[float]:
    """How many seconds ago each worker of a queue was last heard of. Raises RedisError."""
    now = datetime.now(UTC)
    return [(now - beat).total_seconds() for beat, _ in heartbeats(client, queue).values()]
