"""The load of the fault tests: what it asks again, and what it calls a failure."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import load as loads
from tests.faults.load import Load, UnansweredError
from tests.site import Site
from tests.support.operations.certificates import make
from tests.support.processes import until

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSED = b""  # the request is read, and nobody answers
RESET = b"reset"
ABORTED = struct.pack("ii", 1, 0)  # SO_LINGER, to end a connection by a reset


def serve(listener: socket.socket, tls: ssl.SSLContext, connections: list[list[bytes]]) -> None:
    """Answers on each connection as it is told, then closes it; on those after them all is well."""
    for answers in connections:
        with listener.accept()[0] as raw, tls.wrap_socket(raw, server_side=True) as connection:
            for answer in answers:
                connection.recv(65536)
                if answer == RESET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORTED)
                else:
                    connection.sendall(answer)
    with listener.accept()[0] as raw, tls.wrap_socket(raw, server_side=True) as connection:
        while connection.recv(65536):
            connection.sendall(GOOD)


@contextlib.contextmanager
def answering(folder: Path, connections: list[list[bytes]]) -> Iterator[Site]:
    """A site whose connections end as they are told."""
    make(folder / "tls.pem", "load.example.org")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "tls.pem", folder / "tls.pem.key")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, tls, connections), daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield Site("load.example.org", "127.0.0.1", port, verified=False)
        thread.join()


@pytest.mark.parametrize(
    ("connections", "repeated", "failed"),
    [
        ([], 0, []),
        ([[GOOD, CLOSED]], 1, []),
        ([[GOOD, RESET]], 1, []),
        ([[GOOD, GOOD, CLOSED], [GOOD, CLOSED]], 2, []),
        ([[GOOD, CLOSED], [CLOSED]], 1, ["UnansweredError"]),  # once, and no more
        ([[CLOSED]], 0, ["UnansweredError"]),
        ([[RESET]], 0, ["UnansweredError"]),
        ([[GOOD, b"HTTP/1.1 2"]], 0, ["BadStatusLine"]),
        ([[GOOD, GOOD[:-1]]], 0, ["IncompleteRead"]),
    ],
)
def test_only_what_a_kept_connection_left_unread_is_asked_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    connections: list[list[bytes]],
    repeated: int,
    failed: list[str],
) -> None:
    monkeypatch.setattr(loads, "CLIENTS", 1)
    with answering(tmp_path, connections) as site:
        load = Load(site, 100, keep_alive=True)
        with load.running():
            until(lambda: load.figures.requests >= 8, "8 requests")
    assert [type(problem).__name__ for problem in load.failures] == failed
    assert len(load.repeated) == repeated
    assert all(isinstance(problem, UnansweredError) for problem in load.repeated)
    found = load.summary()
    assert (found["failed"], found["repeated"]) == (len(failed), repeated)
