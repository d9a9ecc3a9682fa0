"""Ask a web server behind a Unix socket.

A socket's name says what is spoken on it: `uwsgi.sock` the uwsgi protocol, `http.sock` HTTP. The
uwsgi packet is described in uWSGI's documentation, "The uwsgi Protocol": a header of modifier1,
length (little endian) and modifier2, then the variables as length-prefixed strings.
"""

import http.client
import socket
import struct
from pathlib import Path
from typing import NamedTuple

UWSGI = "uwsgi.sock"
HTTP = "http.sock"
AGENT = "slipway-health"
NOBODY = "nothing listens at WEB_SOCKET"


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes


def ask(
    path_of_socket: Path,
    path: str,
    host: str = "localhost",
    timeout: float = 5,
    *,
    whole: bool = True,
) -> Answer:
    """The answer to `GET path`; OSError when none comes within `timeout` seconds.

    Without its body unless it shall be `whole`: some have no end.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(str(path_of_socket))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise type(error)(f"{NOBODY} ({path_of_socket.name})") from error
        request = packet if path_of_socket.name == UWSGI else message
        connection.sendall(request(path, host))
        return read(connection, str(path_of_socket), whole=whole)


def read(connection: socket.socket, server: str, *, whole: bool = True) -> Answer:
    """The HTTP answer that comes on a connection; OSError when none does."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        return Answer(response.status, response.read() if whole else b"")
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer from {server}: {error!r}") from error


def message(path: str, host: str) -> bytes:
    """The HTTP request of `GET path` for `host`, as nginx would send it."""
    headers = {
        "Host": host,
        "User-Agent": AGENT,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "Connection": "close",
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def packet(path: str, host: str) -> bytes:
    """The uwsgi packet of `GET path` for `host`, as nginx would send it."""
    name, _, query = path.partition("?")
    variables = {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": path,
        "PATH_INFO": name,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "HTTP_HOST": host,
        "HTTPS": "on",
        "REQUEST_SCHEME": "https",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_USER_AGENT": AGENT,
    }
    body = b"".join(
        struct.pack("<H", len(word)) + word
        for pair in variables.items()
        for word in (text.encode() for text in pair)
    )
    return struct.pack("<BHB", 0, len(body), 0) + body
