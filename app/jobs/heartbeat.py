"""Whether workers are alive, by their heartbeats in Redis. Imports no RQ: it runs often."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError

from app.config import Config
from app.redis_client import text, web_client

FRESH = 45  # seconds; a worker sends one every 5
# RQ's names in Redis.
WORKER_KEY = "rq:worker:"
WORKERS_KEY = "rq:workers:%s"  # of a queue


def worker_prefix(hostname: str) -> str:
    """How the names of all workers of a host begin; what follows differs at every start."""
    return f"{hostname}."


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


def worker_problem(config: Config) -> str | None:
    """What is wrong with this host's worker, in a line, or None when it is well."""
    hostname = socket.gethostname()
    try:
        beats = ages(web_client(config), config.queue, worker_prefix(hostname))
    except RedisError as error:
        return f"Redis does not answer: {error}"
    if not beats:
        return f"no worker of {hostname} is registered for the queue {config.queue}"
    return f"the last heartbeat is {min(beats):.0f} s old" if min(beats) > FRESH else None
