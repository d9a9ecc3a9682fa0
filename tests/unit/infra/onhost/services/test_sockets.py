"""A request to a release's socket, against a real uWSGI and against sockets that misbehave."""

import contextlib
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.services import sockets
from tests.support.processes import Start, until

# Answers with the status that the path names, if it is asked as nginx would ask.
APPLICATION = """
def application(environ, start_response):
    scheme = environ.get("HTTP_X_FORWARDED_PROTO")
    asked = (environ["HTTP_HOST"], scheme, environ["REQUEST_METHOD"])
    right = asked == ("app.example.org", "https", "GET")
    start_response(f"{environ['PATH_INFO'][1:] if right else 418} Said", [])
    return [environ["QUERY_STRING"].encode()]
"""
HOST = "app.example.org"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as name:
        yield Path(name)


@pytest.fixture(
    params=[("--socket", sockets.UWSGI), ("--http-socket", sockets.HTTP)], ids=lambda p: p[1]
)
def server(request: pytest.FixtureRequest, folder: Path, start: Start) -> Path:
    """The socket of a uWSGI, by its own protocol and by HTTP."""
    option, name = request.param
    path: Path = folder / name
    (folder / "wsgi.py").write_text(APPLICATION)
    start({}, "uwsgi", option, str(path), "--wsgi-file", str(folder / "wsgi.py"), "--need-app")
    until(path.exists, "uWSGI listens")
    return path


@pytest.mark.parametrize("status", [200, 404, 503])
def test_the_answer_of_a_real_server_is_read(server: Path, status: int) -> None:
    assert sockets.ask(server, f"/{status}?a=b&c", HOST) == (status, b"a=b&c")
    assert sockets.ask(server, f"/{status}", "other.example.org").status == 418


@contextlib.contextmanager
def answering(path: Path, answer: bytes | None) -> Iterator[None]:
    """A server that gives one answer, or none and keeps the connection."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                if answer is None:
                    connection.recv(1)  # until the other side gives up
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize("answer", [b"", b"\r\n", b"HTTP/1.1\r\n", b"HTTP/1.1 OK\r\n", b"\x00" * 9])
def test_what_is_no_http_answer_is_an_error(folder: Path, answer: bytes) -> None:
    with (
        answering(folder / sockets.UWSGI, answer),
        pytest.raises(OSError, match="no HTTP answer from"),
    ):
        sockets.ask(folder / sockets.UWSGI, "/")


def test_a_server_that_is_silent_is_given_up(folder: Path) -> None:
    began = time.monotonic()
    with answering(folder / sockets.UWSGI, None), pytest.raises(TimeoutError):
        sockets.ask(folder / sockets.UWSGI, "/", timeout=0.1)
    assert time.monotonic() - began < 3


def test_a_packet_is_a_header_and_length_prefixed_words() -> None:
    packet = sockets.packet("/up?a=b", "é.example")
    modifier1, length, modifier2 = struct.unpack("<BHB", packet[:4])
    assert (modifier1, modifier2, length) == (0, 0, len(packet) - 4)
    words, rest = [], packet[4:]
    while rest:
        (size,) = struct.unpack("<H", rest[:2])
        words.append(rest[2 : 2 + size].decode())
        rest = rest[2 + size :]
    variables = dict(zip(words[::2], words[1::2], strict=True))
    assert variables["PATH_INFO"] == "/up"
    assert variables["QUERY_STRING"] == "a=b"
    assert variables["REQUEST_URI"] == "/up?a=b"
    assert variables["HTTP_HOST"] == "é.example"
    assert variables["REQUEST_METHOD"] == "GET"
