"""A few commands to Redis, without a client: importing one takes longer than the health check.

The protocol is RESP 2 (redis.io/docs/latest/develop/reference/protocol-spec).
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from io import BufferedRWPair
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

TIMEOUT = 3.0  # seconds for each answer

Answer = list[str | None]  # one text or several; None where there is nothing


def speaks(url: str) -> bool:
    """Whether this module can connect to the URL: without TLS, and without rare options."""
    parts = urlsplit(url)
    return parts.scheme in {"unix", "redis"} and set(parse_qs(parts.query)) <= {"db"}


class Conversation:
    """A connection to Redis. Raises OSError, also when Redis answers with an error."""

    def __init__(self, stream: BufferedRWPair) -> None:
        self._stream = stream

    def ask(self, *words: str) -> Answer:
        """The answer to a command."""
        return self.ask_all([words])[0]

    def ask_all(self, commands: list[tuple[str, ...]]) -> list[Answer]:
        """The answers to several commands, which are sent together."""
        for words in commands:
            parts = [f"*{len(words)}\r\n", *(f"${len(w.encode())}\r\n{w}\r\n" for w in words)]
            self._stream.write("".join(parts).encode())
        self._stream.flush()
        return [self._answer() for _ in commands]

    def _answer(self) -> Answer:
        first = self._stream.readline()
        kind, rest = first[:1], first[1:].strip()
        if kind == b"*":
            return [self._text(self._stream.readline()[1:]) for _ in range(int(rest))]
        if kind == b"$":
            return [self._text(rest)]
        if kind in {b"+", b":"}:
            return [rest.decode()]
        raise OSError(rest.decode(errors="replace") or "it closed the connection")

    def _text(self, length: bytes) -> str | None:
        size = int(length)
        return self._stream.read(size + 2)[:-2].decode() if size >= 0 else None


@contextlib.contextmanager
def conversation(url: str, password: str | None) -> Iterator[Conversation]:
    """Talk to the Redis of a URL; a password in the URL comes before the other."""
    parts = urlsplit(url)
    with _connect(parts) as connection, connection.makefile("rwb") as stream:
        redis = Conversation(stream)
        secret = unquote(parts.password) if parts.password else password
        if secret is not None:
            user = [unquote(parts.username)] if parts.username else []
            redis.ask("AUTH", *user, secret)
        in_path = parts.path.strip("/") if parts.scheme != "unix" else ""
        if database := parse_qs(parts.query).get("db", [in_path])[0]:
            redis.ask("SELECT", database)
        yield redis


def _connect(url: SplitResult) -> socket.socket:
    if url.scheme != "unix":
        return socket.create_connection((url.hostname or "", url.port or 6379), TIMEOUT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT)
    connection.connect(unquote(url.path))
    return connection
