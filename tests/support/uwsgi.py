from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Mapping

# In the image, Python's path is the environment's, as WEB_MODULE is here.
UWSGI = (
    "uwsgi",
    "--ini",
    "images/app/uwsgi.ini",
    "--pythonpath",
    ".",
    "--pythonpath",
    "images/app",
)


def ask(
    path: str,
    uri: str = "/healthz",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, bytes]:
    """Send one request to the uwsgi socket at `path`; return the status and the answer's body.

    Speaks uwsgi, as nginx does. Raises OSError when nothing listens, or nothing comes for 5 s.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(path)
        connection.sendall(_packet(uri, method, headers or {}, len(body)) + body)
        answer = bytearray()
        while part := connection.recv(65536):
            answer += part
    head, _, content = bytes(answer).partition(b"\r\n\r\n")
    words = head.split(maxsplit=2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionError("the answer is not HTTP")
    return int(words[1]), content


def _packet(uri: str, method: str, headers: Mapping[str, str], length: int) -> bytes:
    path, _, query = uri.partition("?")
    variables = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": uri,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(length) if length else "",
        "CONTENT_TYPE": headers.get("Content-Type", ""),
    }
    for name, value in headers.items():
        variables["HTTP_" + name.upper().replace("-", "_")] = value
    parts = [text.encode() for pair in variables.items() for text in pair]
    packed = b"".join(struct.pack("<H", len(part)) + part for part in parts)
    return struct.pack("<BHB", 0, len(packed), 0) + packed


def serves(environ: dict[str, str]) -> bool:
    with contextlib.suppress(OSError):
        return ask(environ["WEB_SOCKET"])[0] == 200
    return False
