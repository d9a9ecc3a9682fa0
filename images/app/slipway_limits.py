"""How long a request may hold its thread: the same with uWSGI and gunicorn.

`limited(application)` ends a request that does not begin its answer within WEB_REQUEST_TIMEOUT
seconds, with its process, since a thread cannot be ended. An answer that has begun is ended alone:
at WEB_STREAM_LIMIT seconds, or when more threads than WEB_STREAMS wait for slow clients.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import FileWrapper

import slipway_streams

LIMIT = int(os.environ.get("WEB_REQUEST_TIMEOUT", "30"))  # seconds
STREAM_LIMIT = int(os.environ.get("WEB_STREAM_LIMIT", "3600"))  # seconds
ROOM = "HTTP_X_SLIPWAY_ROOM"  # bytes of this answer that nginx takes from a slow client's server
FULL = "/.well-known/slipway-full"  # what nginx answers in place of an answer that is too much
PIECE, SMALL_PIECE = 65536, 16384  # bytes sent at a time: in between, an answer can be ended
SLOW = 1.0  # seconds that an answer has waited for its client when it counts as held up by it
LOOK = 0.5  # seconds from one look at all requests to the next

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class EndedError(ConnectionError):
    """The answer has been ended."""


class Files(FileWrapper):
    """A file in pieces of the size that they are sent in, whatever the application says."""

    def __init__(self, file: Any, _size: int = 0) -> None:
        super().__init__(file, PIECE)


class Request:
    """A request in a thread, and what its answer has come to."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.thread = threading.get_ident()
        self.began = time.monotonic()
        room = environ.get(ROOM, "")
        self.room = int(room) if room.isdigit() else sys.maxsize
        self.path = environ.get("PATH_INFO", "")
        self.connection = _connection(environ)
        self.stream = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        self.answered = self.stream
        self.sent = 0
        self.waited = 0.0  # seconds for the client, beyond the room
        self.writing: float | None = None  # since when a piece is being sent
        self.ended = ""

    def held(self, now: float) -> bool:
        """Whether it holds its thread for its client's sake."""
        writing = now - self.writing if self.writing and self.sent >= self.room else 0.0
        return self.stream or self.waited + writing > SLOW

    def end(self, reason: str) -> None:
        """End the answer, and it alone: what is sent to its connection fails from now on."""
        if not self.ended:
            print(f"{self.path}: ending the answer: {reason}", file=sys.stderr, flush=True)
        self.ended = reason
        with contextlib.suppress(OSError):
            if self.connection:
                self.connection.shutdown(socket.SHUT_RDWR)


def _connection(environ: dict[str, Any]) -> socket.socket | None:
    """The request's connection to nginx, if the server tells it."""
    if "gunicorn.socket" in environ:
        found = environ["gunicorn.socket"]
        return found if isinstance(found, socket.socket) else None
    if server := sys.modules.get("uwsgi"):
        with contextlib.suppress(OSError, ValueError):
            return socket.socket(fileno=os.dup(server.connection_fd()))
    return None


class Limited:
    """An application within its limits."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.requests: dict[int, Request] = {}
        self.lock = threading.Lock()
        self.process = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        self._watch()
        request = Request(environ)
        with self.lock:
            self.requests[request.thread] = request
        environ["wsgi.file_wrapper"] = Files
        if request.stream and not self._admit(request):
            self.finish(request)
            start_response("503 Service Unavailable", [("Retry-After", "5")])
            return [b""]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            request.answered = True
            return start_response(status, self._begun(request, status, headers), *more)

        try:
            body = self.application(environ, start)
        except BaseException:
            self.finish(request)
            raise
        return Answer(self, request, body)

    def _admit(self, request: Request) -> bool:
        """Count a stream; or it is none, if there are as many as may be."""
        with self.lock:  # so that nobody counts this process anew in between
            request.stream = admitted = bool(slipway_streams.take())
        return admitted

    def _begun(
        self, request: Request, status: str, headers: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """An answer begins: a stream goes to the client at once, and what is too much does not."""
        told = {name.lower(): value for name, value in headers}
        length = told.get("content-length", "")
        long = length.isdigit() and int(length) > request.room
        if not request.stream and is_stream(status, told):
            headers = [*headers, ("X-Accel-Buffering", "no")]
            request.room = 0
            self._admit(request)
            long = not request.stream
        if long and not slipway_streams.free():
            request.ended = "as many others are sent to slow clients as may be"
            return [("X-Accel-Redirect", FULL), ("Content-Type", "text/plain")]
        return headers

    def finish(self, request: Request) -> None:
        """A request has ended; its connection is the server's again."""
        with self.lock:
            self.requests.pop(request.thread, None)
            if request.connection and "uwsgi" in sys.modules:
                request.connection.close()
            request.connection = None
            slipway_streams.tell(self._held())

    def _held(self) -> int:
        now = time.monotonic()
        return sum(one.held(now) for one in self.requests.values())

    def _watch(self) -> None:
        """Each process watches its requests, from its first one on."""
        if self.process != os.getpid():
            with self.lock:
                new, self.process = self.process != os.getpid(), os.getpid()
            if new:
                threading.Thread(target=self._look_on, daemon=True).start()

    def _look_on(self) -> None:
        while True:
            # A process in which not even this goes on has a fault that holds Python's own lock.
            faulthandler.dump_traceback_later(LIMIT + 5, exit=True)
            with self.lock:
                self._look(time.monotonic())
            time.sleep(LOOK)

    def _look(self, now: float) -> None:
        for one in self.requests.values():
            late = now - one.began
            if not one.answered and late > LIMIT:
                end_process(one, f"a request took longer than {LIMIT} s")
            if one.answered and late > STREAM_LIMIT:
                one.end(f"it took longer than {STREAM_LIMIT} s")
            # Asleep in the application. Nothing else in this process is to end with it.
            if one.ended and late > STREAM_LIMIT + LIMIT and len(self.requests) == 1:
                end_process(one, "an answer did not end")
        slow = [one for one in self.requests.values() if one.held(now) and not one.stream]
        excess = slipway_streams.tell(self._held())
        for one in sorted(slow, key=lambda one: one.began, reverse=True)[: max(excess, 0)]:
            one.end("others wait while its client takes it slowly")


class Answer:
    """The parts of an answer, in pieces."""

    def __init__(self, limited: Limited, request: Request, body: Iterable[bytes]) -> None:
        self.limited, self.request, self.body = limited, request, body
        self.pieces = self._pieces(iter(body))

    def __iter__(self) -> Answer:
        return self

    def __next__(self) -> bytes:
        """The next piece; the one before has been sent."""
        request = self.request
        if request.writing and request.sent >= request.room:
            request.waited += time.monotonic() - request.writing
        request.writing = None
        if request.ended:
            raise EndedError(request.ended) if request.sent else StopIteration
        piece = next(self.pieces)
        request.sent += len(piece)
        request.writing = time.monotonic()
        return piece

    def _pieces(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            if len(part) <= SMALL_PIECE:
                yield part
                continue
            place = 0
            while place < len(part):
                size = PIECE if self.request.sent < self.request.room else SMALL_PIECE
                yield part[place : place + size]
                place += size

    def close(self) -> None:
        """The server is done with it."""
        self.limited.finish(self.request)
        if close := getattr(self.body, "close", None):
            close()


def is_stream(status: str, headers: dict[str, str]) -> bool:
    """Whether an answer is to reach the client as it is made, and not when it is complete.

    A download without a length is not: a slow client would hold its thread.
    """
    if headers.get("content-type", "").startswith("text/event-stream"):
        return True
    whole = {"content-length", "content-disposition", "x-accel-redirect", "x-accel-buffering"}
    return status.startswith("200") and not whole & headers.keys()


def end_process(request: Request, reason: str) -> None:
    """End this process at once; the server starts another."""
    frame = sys._current_frames().get(request.thread)
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "its end"
    text = f"{request.path}: {reason}: ending its process. It was at {place}"
    print(text, file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def limited(application: Application) -> Application:
    """The application within its limits."""
    return Limited(application)
