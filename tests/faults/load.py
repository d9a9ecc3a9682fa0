"""A steady load, to see what a fault costs those who ask."""

import http.client
import select
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.onhost.services.probe import Figures
from tests.faults.conftest import Target
from tests.site import Site

CLIENTS = 16


class UnansweredError(ConnectionError):
    """The connection was closed before the first byte of an answer."""


class _Heard(http.client.HTTPResponse):
    """Tells a connection that ends before an answer begins from one that ends in the middle."""

    def begin(self) -> None:
        try:
            first = self.fp.peek(1)
        except ConnectionError as error:
            raise UnansweredError(repr(error)) from error
        if not first:
            raise UnansweredError("closed without an answer")
        super().begin()


@dataclass
class Load:
    """Asks at `rate` requests a second, in an open loop: a slow answer delays no other request.

    A server may close a kept connection at any time, also while a request is on its way: nobody has
    read that one, and its client asks once more on a new connection, as RFC 9110 (9.2.2) allows for
    what is safe to repeat and as every browser does. Such requests are in `repeated`, and are good
    if the second answer is. A new connection that ends without an answer is a failure.
    """

    site: Site
    rate: float
    keep_alive: bool = False
    path: str = "/healthz"
    figures: Figures = field(default_factory=Figures)
    failures: list[object] = field(default_factory=list)
    repeated: list[UnansweredError] = field(default_factory=list)
    _connections: threading.local = field(default_factory=threading.local)
    _opened: list[http.client.HTTPConnection] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Asks for as long as the context lasts."""
        stop = threading.Event()
        clock = threading.Thread(target=self._tick, args=(stop,))
        clock.start()
        try:
            yield self
        finally:
            stop.set()
            clock.join()
            for connection in self._opened:
                connection.close()

    def summary(self) -> dict[str, float]:
        """Requests, failed ones, longest gap, p99, repeated ones; times in milliseconds."""
        return self.figures.summary() | {"repeated": len(self.repeated)}

    def _tick(self, stop: threading.Event) -> None:
        due = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            while not stop.wait(max(0.0, due - time.monotonic())):
                pool.submit(self._ask)
                due += 1 / self.rate

    def _ask(self) -> None:
        began = time.monotonic()
        problem: object = None
        try:
            status = self._again() if self.keep_alive else self._once()
            problem = None if status == 200 else status
        except (OSError, http.client.HTTPException) as error:
            problem = error
        self.figures.add(began, good=problem is None)
        if problem is not None:
            self.failures.append(problem)

    def _once(self) -> int:
        return self.site.ask(self.path, timeout=5).status

    def _again(self) -> int:
        """Asks on the connection that this client keeps, as a browser does."""
        connection = getattr(self._connections, "kept", None)
        if connection is not None and not _was_closed(connection):
            try:
                return self._ask_on(connection)
            except UnansweredError as unanswered:
                self.repeated.append(unanswered)
        connection = self.site.connect()
        self._opened.append(connection)
        return self._ask_on(connection)

    def _ask_on(self, connection: http.client.HTTPConnection) -> int:
        """The status of the answer; the connection is kept if it can be."""
        self._connections.kept = None
        connection.response_class = _Heard
        try:
            connection.request("GET", self.path)
        except (ConnectionError, ssl.SSLEOFError) as error:
            raise UnansweredError(repr(error)) from error
        response = connection.getresponse()
        response.read()
        if response.will_close:
            connection.close()
        else:
            self._connections.kept = connection
        return int(response.status)


def _was_closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has ended it, as it may at any time: every client looks before it asks."""
    return bool(select.select([connection.sock], [], [], 0)[0])


@contextmanager
def asked_steadily(target: Target, rate: float = 20) -> Iterator[list[object]]:
    """Asks on a new connection each time; yields what failed."""
    load = Load(target.site, rate)
    with load.running():
        yield load.failures
    assert load.figures.requests, "nothing was asked"
