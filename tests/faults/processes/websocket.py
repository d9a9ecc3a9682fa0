"""A WebSocket client that connects again whenever its connection is closed."""

import base64
import os
import socket
import ssl
import threading
import time
from typing import Self

from tests.faults.conftest import Target

PATH = "/live/"


class Conversation:
    """Says something each moment, and notes which releases answered and how often it was cut."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk)
        self.releases: list[str] = []
        self.closed = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _talk(self) -> None:
        while not self._over.is_set():
            try:
                with self._connected() as connection:
                    self.releases.append(frame(connection))
                    while not self._over.wait(0.3):
                        send(connection, "hello")
                        assert frame(connection) == "hello"
            except (OSError, EOFError):
                self.closed += 1
                time.sleep(0.1)

    def _connected(self) -> ssl.SSLSocket:
        site = self._target.site
        plain = socket.create_connection((site.address, site.https_port), timeout=10)
        connection = site.context().wrap_socket(plain, server_hostname=site.domain)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {PATH} HTTP/1.1", f"Host: {site.domain}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 "Sec-WebSocket-Version: 13"]  # fmt: skip
        connection.sendall(("\r\n".join([*lines, "", ""])).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += exactly(connection, 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise OSError(head.decode())
        return connection


def exactly(connection: ssl.SSLSocket, size: int) -> bytes:
    """So many bytes. Raises EOFError when the connection is closed."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def send(connection: ssl.SSLSocket, text: str) -> None:
    """Sends a short text, as a frame of a client's (RFC 6455, 5.2)."""
    mask, data = os.urandom(4), text.encode()
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
    connection.sendall(bytes([0x81, 0x80 | len(data)]) + mask + masked)


def frame(connection: ssl.SSLSocket) -> str:
    """The next short text. Raises EOFError at the frame that closes."""
    first, size = exactly(connection, 2)
    data = exactly(connection, size)
    if first & 0x0F == 8:
        raise EOFError
    return data.decode() if first & 0x0F == 1 else frame(connection)
