"""Connections to Redis."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.retry import Retry

from steady_rq.environment import Environment

log = logging.getLogger("steady_rq")


def impatient_client(environment: Environment) -> Redis:
    """A client that gives up soon, so that a request is answered and not kept waiting."""
    return _client(environment, retry=None, socket_connect_timeout=1, socket_timeout=2)


def worker_client(environment: Environment) -> Redis:
    """A client that tries for about half a minute, so that jobs outlast a restart of Redis."""
    return _client(environment, retry=Retry(ExponentialBackoff(cap=2, base=0.05), retries=20))


def text(value: Any) -> str:
    """A value of Redis as text; it comes as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def refuses_writes(error: RedisError) -> bool:
    """Whether Redis answers but takes nothing: its memory or its disk is full, or it is a copy."""
    # Redis names a full or failing disk only in the text of its answer.
    no_disk = isinstance(error, ResponseError) and "MISCONF" in str(error)
    return no_disk or isinstance(error, OutOfMemoryError | ReadOnlyError)


def wait_for_redis(
    environment: Environment, sleep: Callable[[float], None], max_wait: float
) -> None:
    """Return once Redis takes a write; until then look again after ever longer waits (seconds).

    A write and no ping: a worker needs one to register, and a full Redis still answers pings.
    """
    client, wait = impatient_client(environment), 0.25
    while True:
        try:
            client.set("steady_rq:probe", 1, ex=1)
        except RedisError as error:
            log.warning("waiting for Redis: %s", error)
        else:
            client.close()
            return
        sleep(wait)
        wait = min(wait * 2, max_wait)


def _client(environment: Environment, **options: Any) -> Redis:
    # A password of its own file travels beside the URL: URLs end up in logs.
    return Redis.from_url(environment.redis_url, password=environment.redis_password, **options)
