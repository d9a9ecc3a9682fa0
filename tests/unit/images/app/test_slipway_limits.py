"""How long a request may hold its thread, with both servers as they run in the image."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.onhost.services import sockets
from tests.support.processes import ROOT, Start, children, until

APPLICATION = """
import os
import time

def application(environ, start_response):
    path, seconds = environ["PATH_INFO"], float(environ["QUERY_STRING"] or 0)
    if path == "/sleep":
        time.sleep(seconds)
    if path == "/events":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return (time.sleep(0.1) or b"data: x\\n\\n" for _ in range(int(seconds * 10)))
    if path == "/big":
        start_response("200 OK", [("Content-Length", str(20 * 2**20))])
        return (b"x" * 2**20 for _ in range(20))
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
LIMIT, STREAM_LIMIT = 2, 4


@dataclass
class Server:
    """A server with two processes of two threads each, two of which may be held."""

    path: Path
    process: int

    @contextmanager
    def asked(self, path: str, room: str = "") -> Iterator[socket.socket]:
        """A request whose answer is not read yet."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(15)
            connection.connect(str(self.path))
            made = sockets.packet if self.path.name == sockets.UWSGI else sockets.message
            request = made(path, "localhost")
            if room and self.path.name == sockets.HTTP:
                request = request.replace(b"\r\n", f"\r\nX-Slipway-Room: {room}\r\n".encode(), 1)
            connection.sendall(request)
            yield connection

    def body(self, path: str = "/") -> bytes:
        return sockets.ask(self.path, path, timeout=15).body


@pytest.fixture(params=["uwsgi", "gunicorn"])
def server(request: pytest.FixtureRequest, start: Start) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="slipway-") as name:
        folder, shipped = Path(name), ROOT / "images/app"
        (folder / "one.py").write_text(APPLICATION)
        path = folder / (sockets.UWSGI if request.param == "uwsgi" else sockets.HTTP)
        environ = {"WEB_SOCKET": str(path), "WEB_MODULE": "one:application"}
        environ |= {"WEB_REQUEST_TIMEOUT": str(LIMIT), "WEB_STREAM_LIMIT": str(STREAM_LIMIT)}
        words = {
            "uwsgi": ["--ini", str(shipped / "uwsgi.ini"), "--pythonpath", str(shipped),
                      "--pythonpath", name],
            "gunicorn": ["--config", str(shipped / "gunicorn.conf.py"),
                         "--pythonpath", f"{shipped},{name}"],
        }[request.param]  # fmt: skip
        process = start(environ, request.param, *words)
        found = Server(path, process.pid)
        until(lambda: _serves(found), "it serves")
        yield found


def _serves(server: Server) -> bool:
    try:
        return bool(server.body()) and len(children(server.process)) == 2
    except OSError:
        return False


def rest(connection: socket.socket) -> tuple[bytes, float]:
    """All that still comes, and after how many seconds it ended."""
    began, said = time.monotonic(), b""
    try:
        while part := connection.recv(2**20):
            said += part
    except ConnectionError:
        pass
    return said, time.monotonic() - began


def test_a_request_that_takes_too_long_ends_with_its_process_also_beside_others(
    server: Server,
) -> None:
    before, over = children(server.process), threading.Event()

    def others() -> None:
        while not over.wait(0.05):
            server.body()

    beside = threading.Thread(target=others)
    with server.asked("/sleep?9") as late:
        beside.start()
        said, seconds = rest(late)
    over.set()
    beside.join()
    assert said == b""
    assert LIMIT - 0.5 < seconds < LIMIT + 2
    until(lambda: children(server.process) != before, "its process has ended")
    until(lambda: len(children(server.process)) == 2, "another is there")
    assert len(set(children(server.process)) - set(before)) == 1


def test_a_stream_comes_at_once_and_ends_alone_at_a_limit_of_its_own(server: Server) -> None:
    before = children(server.process)
    with server.asked("/events?60") as stream:
        assert b"200 OK" in stream.recv(50)
        said, seconds = rest(stream)
    assert b"X-Accel-Buffering: no" in said
    assert LIMIT + 1 < seconds < STREAM_LIMIT + 2
    assert children(server.process) == before


def test_half_of_the_threads_are_left_to_requests(server: Server) -> None:
    streams = [server.asked("/events?60") for _ in range(5)]
    connections = [one.__enter__() for one in streams]
    refused = [one for one in connections if b"/slipway-full" in one.recv(1000)]
    assert len(refused) == 3
    began = time.monotonic()
    assert all(server.body() for _ in range(20))
    assert time.monotonic() - began < 2
    for one in connections:
        one.close()
    until(lambda: _admits(server), "a stream is admitted after others have gone")


def _admits(server: Server) -> bool:
    with server.asked("/events?1") as one:
        return b"/slipway-full" not in one.recv(1000)
