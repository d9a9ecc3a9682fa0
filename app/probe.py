"""Asks uWSGI over its socket, as nginx does: `python3 -m app.probe` is web's health check.

Standard library only: it runs every few seconds.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Mapping

TIMEOUT = 5  # seconds, for each step of a request


def ask(
    path: str,
    uri: str = "/healthz",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, bytes]:
    """Send one request to the uwsgi socket at `path`; return the status and the answer's body.

    Raises OSError when nothing listens, or nothing comes for TIMEOUT seconds.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT)
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


def main() -> int:
    """Ask the application at $WEB_SOCKET whether it lives; return the exit code."""
    try:
        status, _ = ask(os.environ.get("WEB_SOCKET", ""))
    except OSError as error:
        print(f"no answer: {error}")
        return 1
    print(status)
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
