"""Whether this host's worker lives: its heartbeat in Redis is fresh. A container is asked often.

It speaks to Redis over its Unix socket by itself, since a client takes longer to be imported than
all of this takes: on a busy machine a slow check is taken for a dead worker.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from app.config import Config

if TYPE_CHECKING:
    from io import BufferedRWPair

FRESH = 45  # seconds; a worker sends one every 5
TIMEOUT = 3.0  # seconds for each answer of Redis
# RQ's names in Redis.
WORKER_KEY = "rq:worker:"
WORKERS_KEY = "rq:workers:%s"  # of a queue


def worker_prefix(hostname: str) -> str:
    """How the names of all workers of a host begin; what follows differs at every start."""
    return f"{hostname}."


def problem(config: Config) -> str | None:
    """What is wrong with this host's worker, in a line, or None when it is well."""
    hostname = socket.gethostname()
    try:
        beats = _beats(config, WORKER_KEY + worker_prefix(hostname))
    except OSError as error:
        return f"Redis does not answer: {error}"
    if not beats:
        return f"no worker of {hostname} is registered for the queue {config.queue}"
    age = min((datetime.now(UTC) - beat).total_seconds() for beat in beats)
    return f"the last heartbeat is {age:.0f} s old" if age > FRESH else None


def _beats(config: Config, begins: str) -> list[datetime]:
    """The last heartbeat of each worker whose key begins so. Raises OSError."""
    url = urlsplit(config.redis_url)
    with _connect(config.redis_url) as connection, connection.makefile("rwb") as stream:
        if config.redis_password is not None:
            _ask(stream, "AUTH", config.redis_password)
        database = parse_qs(url.query).get("db", [""])[0] or (
            url.path.strip("/") if url.scheme != "unix" else ""
        )
        if database:
            _ask(stream, "SELECT", database)
        keys = _ask(stream, "SMEMBERS", WORKERS_KEY % config.queue)
        mine = [key for key in keys if key.startswith(begins)]
        found = [_ask(stream, "HGET", key, "last_heartbeat") for key in mine]
    return [datetime.fromisoformat(beat) for [beat] in found if beat]


def _connect(address: str) -> socket.socket:
    url = urlsplit(address)
    if url.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(unquote(url.path))
        return connection
    host, port = url.hostname or "", url.port or 6379
    connection = socket.create_connection((host, port), TIMEOUT)
    if url.scheme != "rediss":
        return connection
    import ssl

    return ssl.create_default_context().wrap_socket(connection, server_hostname=host)


def _ask(stream: BufferedRWPair, *words: str) -> list[str]:
    """The answer to a command: one text or several. Raises OSError (RESP, redis.io/docs)."""
    parts = [f"*{len(words)}\r\n", *(f"${len(w.encode())}\r\n{w}\r\n" for w in words)]
    stream.write("".join(parts).encode())
    stream.flush()
    first = stream.readline()
    kind, rest = first[:1], first[1:].strip()
    if kind == b"*":
        return [_text(stream, stream.readline()[1:]) for _ in range(int(rest))]
    if kind == b"$":
        return [_text(stream, rest)]
    if kind in {b"+", b":"}:
        return [rest.decode()]
    raise OSError(rest.decode(errors="replace") or "it closed the connection")


def _text(stream: BufferedRWPair, length: bytes) -> str:
    """A text of this length; empty for none."""
    size = int(length)
    return stream.read(size + 2)[:-2].decode() if size >= 0 else ""
