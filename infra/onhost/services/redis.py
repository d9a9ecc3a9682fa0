"""Redis and RQ's queues, asked over the socket: the protocol of Redis is small enough to speak.

Names of keys are RQ's: `rq:queues`, `rq:queue:<name>`, `rq:<state>:<name>`, `rq:workers` and
`rq:workers:<name of the queue>`.
"""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from ..command import Failure
from ..config import Host

TIMEOUT = 3  # seconds
STATES = {"started": "wip", "failed": "failed", "scheduled": "scheduled", "deferred": "deferred"}


def state(host: Host) -> dict[str, Any]:
    """Jobs by state over all queues, workers, memory. Raises Failure when Redis does not answer."""
    try:
        with session(host, (host.layout.secrets / "redis_password").read_text()) as stream:
            return _ask(stream)
    except (OSError, ValueError) as error:
        raise Failure(f"Redis does not answer: {error}") from error


@contextlib.contextmanager
def session(host: Host, *credentials: str) -> Iterator[Any]:
    """A conversation with Redis, by a password, or by a user's name and password.

    Raises OSError, or ValueError with Redis' own words.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(str(host.layout.redis_socket))
        with connection.makefile("rwb") as stream:
            command(stream, "AUTH", *credentials)
            yield stream


def _ask(stream: Any) -> dict[str, Any]:
    names = sorted(command(stream, "SMEMBERS", "rq:queues"))
    queues = [name.removeprefix("rq:queue:") for name in names]
    queued = {name: command(stream, "LLEN", f"rq:queue:{name}") for name in queues}
    found: dict[str, Any] = {
        "queued": sum(queued.values()),
        "unserved": {  # queues in which jobs wait that no worker looks at
            name: count
            for name, count in queued.items()
            if count and not command(stream, "SCARD", f"rq:workers:{name}")
        },
        "workers": command(stream, "SCARD", "rq:workers"),
    }
    for shown, key in STATES.items():
        found[shown] = sum(command(stream, "ZCARD", f"rq:{key}:{name}") for name in queues)
    information = dict(
        line.split(":", 1) for line in command(stream, "INFO", "memory").splitlines() if ":" in line
    )
    found["memory"] = int(information["used_memory"])
    found["memory_limit"] = int(information["maxmemory"])
    return found


def command(stream: Any, *words: str) -> Any:
    """The answer to one command. Raises ValueError with Redis' own words for an error."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    stream.write(b"".join(parts))
    stream.flush()
    return _answer(stream)


def _answer(stream: Any) -> Any:
    line = stream.readline().rstrip(b"\r\n").decode()
    kind, rest = line[:1], line[1:]
    match kind:
        case "+":
            return rest
        case ":":
            return int(rest)
        case "$":
            size = int(rest) + 2 if int(rest) >= 0 else 0
            data = stream.read(size)
            if len(data) < size:
                raise ValueError("the connection was closed")
            return data[:-2].decode()
        case "*":
            return [_answer(stream) for _ in range(int(rest))]
        case _:
            raise ValueError(rest or "the connection was closed")
