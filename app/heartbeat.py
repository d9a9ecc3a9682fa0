"""Whether this host's worker is alive, by its heartbeat in Redis. Imports no RQ: it runs often."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError

from app.config import Config
from app.connection import web_client

FRESH = 45  # seconds; an idle worker sends one every 15, a busy one every 5


def worker_prefix(hostname: str) -> str:
    """How the names of all workers of a host begin; what follows differs at every start."""
    return f"{hostname}."


def last_heartbeat(client: Redis, queue: str, hostname: str) -> datetime | None:
    """When a worker of this host was last heard of, or None. Raises RedisError."""
    begins = f"rq:worker:{worker_prefix(hostname)}"
    keys = [_text(key) for key in client.smembers(f"rq:workers:{queue}")]
    beats = [client.hget(key, "last_heartbeat") for key in keys if key.startswith(begins)]
    return max((datetime.fromisoformat(_text(beat)) for beat in beats if beat), default=None)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def complaint(config: Config) -> str | None:
    """What is wrong with this host's worker, in a line, or None when it is well."""
    hostname = socket.gethostname()
    try:
        beat = last_heartbeat(web_client(config), config.queue, hostname)
    except RedisError as error:
        return f"Redis does not answer: {error}"
    if beat is None:
        return f"no worker of {hostname} is registered for the queue {config.queue}"
    age = (datetime.now(UTC) - beat).total_seconds()
    return f"the last heartbeat is {age:.0f} s old" if age > FRESH else None
