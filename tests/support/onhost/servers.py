"""Real servers that misbehave as they are told: HTTP on a Unix socket, or behind TLS."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer, ThreadingMixIn, UnixStreamServer
from typing import Any

from tests.support.operations.certificates import make

Behaviour = Callable[[int, str], tuple[int, bytes] | None]


class Script:
    """What a server answers to its nth request for a path: a status and a body, or nothing."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._lock = threading.Lock()
        self.asked: list[str] = []
        self.hosts: set[str] = set()
        self.bodies: list[bytes] = []
        self.end = threading.Event()
        """Until then a request that gets nothing waits."""

    def next(self, path: str, host: str) -> tuple[int, bytes] | None:
        """The answer to one more request; waits for the end where there is none."""
        with self._lock:
            self.asked.append(path)
            self.hosts.add(host)
            number = len(self.asked)
        answer = self._behaviour(number, path)
        if answer is None:
            self.end.wait(20)
        return answer


def always(status: int, body: bytes = b"") -> Behaviour:
    """The same answer to every request."""
    return lambda _number, _path: (status, body)


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            answer = script.next(self.path, self.headers["Host"])
            with contextlib.suppress(OSError):  # the other side has given up
                if answer:
                    self.send_response(answer[0])
                    if answer[0] == 302:  # then the body is where it leads to
                        self.send_header("Location", answer[1].decode())
                    self.end_headers()
                    self.wfile.write(answer[1])

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  http.server's name
            """Says nothing."""

    return Handler


class _UnixServer(ThreadingMixIn, UnixStreamServer):
    request_queue_size = 64


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64
    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        # The handshake is the connection's own thread's: a slow one delays no other.
        with self.tls.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up in the middle is part of the test."""


@contextlib.contextmanager
def _running(server: BaseServer, script: Script) -> Iterator[Script]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        script.end.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def on_socket(path: Path, behaviour: Behaviour) -> Iterator[Script]:
    """A server of HTTP on a Unix socket."""
    script = Script(behaviour)
    path.unlink(missing_ok=True)
    with _running(_UnixServer(str(path), _handler(script)), script):
        yield script


@contextlib.contextmanager
def behind_tls(folder: Path, behaviour: Behaviour) -> Iterator[tuple[int, Script]]:
    """The port of an HTTPS server with a certificate of nobody's, made in this folder."""
    make(folder / "tls.pem", "other.example.org")
    with serving(folder / "tls.pem", behaviour) as (port, script):
        yield port, script


@contextlib.contextmanager
def serving(
    certificate: Path, behaviour: Behaviour, address: str = "127.0.0.1"
) -> Iterator[tuple[int, Script]]:
    """The port of an HTTPS server with this certificate; its key stands beside it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, f"{certificate}.key")
    script = Script(behaviour)
    server = _TlsServer((address, 0), _handler(script))
    server.tls = context
    with _running(server, script):
        yield server.server_port, script


class Folder:
    """A server of the files below a folder, and the names that it was asked by."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.hosts: list[str] = []


@contextlib.contextmanager
def folder_over_http(folder: Path) -> Iterator[Folder]:
    """A plain server of HTTP, as nginx is for a CA's challenges."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            served.hosts.append(self.headers["Host"])
            super().do_GET()

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  http.server's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    served = Folder(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
