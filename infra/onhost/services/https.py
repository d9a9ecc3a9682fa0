"""Ask the site as a client does: over TCP and TLS, through nginx."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from ..config import Host
from .sockets import AGENT, Answer, read

ADDRESS = "127.0.0.1"


def context() -> ssl.SSLContext:
    """Takes any certificate: whether it is the right one is asked elsewhere."""
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    return tls


class Request(NamedTuple):
    """A request by GET: of what, by which name, at which address."""

    path: str
    name: str
    address: str = ADDRESS


def ask(host: Host, path: str, tls: ssl.SSLContext, timeout: float = 5) -> Answer:
    """The answer to `GET path` on a connection of its own; OSError when none comes."""
    with _sent(host, Request(path, host.config.domain), tls, timeout) as connection:
        return read(connection, "nginx")


def status(host: Host, request: Request, tls: ssl.SSLContext, timeout: float) -> int:
    """The status of the answer; OSError when none comes.

    The body is not read: it may be large, or a stream without an end.
    """
    with _sent(host, request, tls, timeout) as connection:
        response = http.client.HTTPResponse(connection)
        try:
            response.begin()
        except http.client.HTTPException as error:
            raise OSError(f"no HTTP answer from nginx: {error!r}") from error
        return response.status


@contextlib.contextmanager
def _sent(
    host: Host, request: Request, tls: ssl.SSLContext, timeout: float
) -> Iterator[ssl.SSLSocket]:
    """A connection on which a request was sent."""
    address = (request.address, host.config.https_port)
    with (
        socket.create_connection(address, timeout) as plain,
        tls.wrap_socket(plain, server_hostname=request.name) as connection,
    ):
        connection.sendall(
            f"GET {request.path} HTTP/1.1\r\nHost: {request.name}\r\nUser-Agent: {AGENT}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        yield connection
