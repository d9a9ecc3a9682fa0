"""The health check: whether the workers of this host are alive, by their heartbeats in Redis.

It imports neither RQ nor a client for Redis: on a busy machine a slow check is taken for a dead
worker.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from steady_rq import resp
from steady_rq.environment import Environment

# Seconds; a worker sends a heartbeat every 5. Found hung by two checks in a row, 15 seconds apart,
# it is found within a minute.
FRESH = 25
FIELDS = ("hostname", "pid", "last_heartbeat")  # of a worker in Redis


def problem(environment: Environment) -> str | None:
    """What is wrong with the workers of this host, in a line; None if they are well."""
    hostname = socket.gethostname()
    try:
        found = _read(environment)
    except OSError as error:
        return f"Redis does not answer: {error}"
    newest: dict[str, datetime] = {}  # by process: one that was killed may have left an older one
    for host, pid, beat in found:
        if host == hostname and beat and _runs(pid):
            when = datetime.fromisoformat(beat)
            newest[pid or ""] = max(when, newest.get(pid or "", when))
    if not newest:
        return f"no worker of {hostname} is registered"
    age = (datetime.now(UTC) - min(newest.values())).total_seconds()
    return f"the last heartbeat is {age:.0f} s old" if age > FRESH else None


def key_prefix() -> str:
    """How RQ's keys begin: RQ 3 takes RQ_KEY_PREFIX, and RQ 2 knows no other than `rq`."""
    prefix = os.environ.get("RQ_KEY_PREFIX", "")
    if not prefix:
        return "rq"
    from importlib.metadata import version

    return "rq" if version("rq").startswith("2.") else prefix


def _runs(pid: str | None) -> bool:
    """Whether there is such a process; a worker that was killed stays in Redis for some time."""
    if not pid:
        return True  # nobody knows
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


Fields = tuple[str | None, ...]


def _read(environment: Environment) -> list[Fields]:
    """The fields of all workers. Raises OSError."""
    url, password = environment.redis_url, environment.redis_password
    key = f"{key_prefix()}:workers"
    if not resp.speaks(url):
        return _read_by_client(environment, key)
    with resp.conversation(url, password) as redis:
        workers = [name for name in redis.ask("SMEMBERS", key) if name]
        answers = redis.ask_all([("HMGET", name, *FIELDS) for name in workers])
    return [tuple(answer) for answer in answers]


def _read_by_client(environment: Environment, key: str) -> list[Fields]:
    from redis.exceptions import RedisError

    from steady_rq.connection import impatient_client, text

    def texts(values: Iterable[object]) -> Iterator[str | None]:
        return (None if value is None else text(value) for value in values)

    try:
        with contextlib.closing(impatient_client(environment)) as client:
            workers = client.smembers(key)
            return [tuple(texts(client.hmget(text(name), FIELDS))) for name in workers]
    except RedisError as error:
        raise OSError(str(error)) from error
