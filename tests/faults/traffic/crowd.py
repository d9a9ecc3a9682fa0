"""Clients that hold what they take: connections, headers, bodies and answers."""

import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.site import Site

HTTP_2 = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
)  # and its first frame, SETTINGS
SECONDS = 10.0


@dataclass
class Crowd:
    """Connections of one client, held until the context ends."""

    site: Site
    connections: list[ssl.SSLSocket] = field(default_factory=list)
    refused: int = 0

    @contextmanager
    def gathered(self) -> Iterator["Crowd"]:
        """Closes all connections at the end."""
        least = 8192
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(least, hard), hard))
        try:
            yield self
        finally:
            for connection in self.connections:
                connection.close()

    def send(
        self, *parts: bytes, protocol: str = "http/1.1", received: int = 0
    ) -> ssl.SSLSocket | None:
        """Send on a new connection; None when it is refused on the way.

        `received` is the size of the client's buffer in bytes, where it takes its answer slowly.
        """
        raw = socket.socket()
        raw.settimeout(SECONDS)
        if received:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received)
        context = self.site.context()
        context.set_alpn_protocols([protocol])
        try:
            raw.connect((self.site.address, self.site.https_port))
            connection = context.wrap_socket(raw, server_hostname=self.site.domain)
            for part in parts:
                connection.sendall(part)
        except OSError:
            raw.close()
            self.refused += 1
            return None
        self.connections.append(connection)
        return connection

    def request(self, line: str, *headers: str) -> bytes:
        """The head of a request, without its end."""
        lines = [line, f"Host: {self.site.domain}", *headers]
        return "".join(f"{one}\r\n" for one in lines).encode()


def status(connection: ssl.SSLSocket, seconds: float = 1.0) -> int:
    """The status of the answer; 0 when none comes in this time, -1 when the connection ends."""
    connection.settimeout(seconds)
    try:
        said = connection.recv(4096)
    except TimeoutError:
        return 0
    except OSError:
        return -1
    words = said.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else -1


def raw(site: Site, data: bytes, seconds: float = SECONDS) -> tuple[int, bytes]:
    """The status and the body of what is answered to these bytes."""
    crowd = Crowd(site)
    with crowd.gathered():
        connection = crowd.send(data)
        assert connection, "refused"
        connection.settimeout(seconds)
        answer = b"".join(iter(lambda: _part(connection), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def _part(connection: ssl.SSLSocket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionError:
        return b""
