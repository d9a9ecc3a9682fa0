"""Waits for a job in several queues, by commands that take none."""

from __future__ import annotations

import contextlib
import selectors
from typing import Any

from redis import Redis
from redis.exceptions import RedisError


class Waiting:
    """Waits until one of several lists in Redis may have an entry. Raises RedisError.

    Redis can wait for several lists only by taking from one. BLMOVE from a list to the same place
    of the same list takes nothing, and waits for one list: so each list has a connection. What
    is still waited for when another list had an entry is waited for the next time, too.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._asked: dict[str, Any] = {}  # connections that wait for an answer, by list

    def wait(self, keys: list[str], seconds: int) -> None:
        """Return when a list may have an entry, or after so many seconds."""
        try:
            for key in keys:
                if key not in self._asked:
                    self._asked[key] = self._ask(key, seconds)
            self._take_answers(self._ready(seconds + 1))
        except BaseException:  # a signal, too: an answer may be half read
            self.close()
            raise

    def close(self) -> None:
        """Wait for nothing any more."""
        while self._asked:
            _, connection = self._asked.popitem()
            with contextlib.suppress(RedisError, OSError):
                _close(connection)
            self._client.connection_pool.release(connection)

    def _ask(self, key: str, seconds: int) -> Any:
        pool = self._client.connection_pool
        try:
            connection = pool.get_connection()
        except TypeError:  # redis-py before 5.3 wants a word
            connection = pool.get_connection("BLMOVE")
        try:
            _send(connection, key, seconds)
        except BaseException:
            _close(connection)
            pool.release(connection)
            raise
        return connection

    def _ready(self, seconds: int) -> list[str]:
        """The lists whose connections have an answer."""
        with selectors.DefaultSelector() as selector:
            for key, connection in self._asked.items():
                # redis-py has a name for "can be read", and none for "which of these can".
                selector.register(connection._sock, selectors.EVENT_READ, key)
            return [key.data for key, _ in selector.select(seconds)]

    def _take_answers(self, keys: list[str]) -> None:
        for key in keys:
            self._asked[key].read_response()
            self._client.connection_pool.release(self._asked.pop(key))


def _send(connection: Any, key: str, seconds: int) -> None:
    connection.send_command("BLMOVE", key, key, "LEFT", "LEFT", seconds)


def _close(connection: Any) -> None:
    connection.disconnect()
