"""Ask the site as a client does: over TCP and TLS, through nginx."""

import socket
import ssl

from ..config import Host
from .sockets import AGENT, Answer, read

ADDRESS = "127.0.0.1"


def context() -> ssl.SSLContext:
    """Takes any certificate: whether it is the right one is asked elsewhere."""
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    return tls


def ask(host: Host, path: str, tls: ssl.SSLContext, timeout: float = 5) -> Answer:
    """The answer to `GET path` on a connection of its own; OSError when none comes."""
    with (
        socket.create_connection((ADDRESS, host.config.https_port), timeout) as plain,
        tls.wrap_socket(plain, server_hostname=host.config.domain) as connection,
    ):
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host.config.domain}\r\nUser-Agent: {AGENT}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        return read(connection, "nginx")
