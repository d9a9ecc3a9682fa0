"""Ask a web server behind a Unix socket by the uwsgi protocol; also a container's health check.

The packet is described in uWSGI's documentation, "The uwsgi Protocol": a header of modifier1,
length (little endian) and modifier2, then the variables as length-prefixed strings.
usage: uwsgi.py SOCKET PATH [HOST]
"""

import socket
import struct
import sys


def packet(path: str, host: str) -> bytes:
    """The uwsgi packet of `GET path` for `host`."""
    variables = {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": path,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "HTTP_HOST": host,
        "HTTPS": "on",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_USER_AGENT": "slipway-health",
    }
    body = b"".join(
        struct.pack("<H", len(word)) + word
        for pair in variables.items()
        for word in (text.encode() for text in pair)
    )
    return struct.pack("<BHB", 0, len(body), 0) + body


def get(path_of_socket: str, path: str, host: str = "localhost", timeout: float = 5) -> int:
    """The HTTP status of `GET path`; OSError when nobody answers within `timeout` seconds."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(path_of_socket)
        connection.sendall(packet(path, host))
        with connection.makefile("rb") as answer:
            words = answer.readline().split()
    if len(words) < 2 or not words[1].isdigit():
        raise OSError(f"no HTTP answer from {path_of_socket}")
    return int(words[1])


if __name__ == "__main__":
    try:
        status = get(sys.argv[1], sys.argv[2], (sys.argv[3:] or ["localhost"])[0])
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    sys.exit(None if status == 200 else f"{sys.argv[2]} answered {status}")
