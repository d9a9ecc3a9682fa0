"""nginx in its container: check its configuration, load it anew, and see what it serves."""

import hashlib
import socket
import ssl
from pathlib import Path

from . import layout
from .command import run

CONTAINER = f"{layout.BASE_PROJECT}-nginx-1"
CONFIGURATION = layout.NGINX / "nginx.conf"


def check(configuration: Path = CONFIGURATION) -> None:
    """Raises Failure with nginx's own words when it would refuse its configuration."""
    run("docker", "exec", CONTAINER, "nginx", "-c", configuration, "-t", "-q", timeout=30)


def reload() -> None:
    """Loads configuration and certificate without losing a request, after a check."""
    check()
    run("docker", "exec", CONTAINER, "nginx", "-c", CONFIGURATION, "-s", "reload", timeout=30)


def served(domain: str, port: int) -> str:
    """SHA-256 of the certificate that is served for `domain`; empty when nobody answers."""
    context = ssl.create_default_context()
    context.check_hostname = False  # a placeholder is looked at like any other certificate
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
            context.wrap_socket(connection, server_hostname=domain) as tls,
        ):
            certificate = tls.getpeercert(binary_form=True)
    except OSError:
        return ""
    return hashlib.sha256(certificate or b"").hexdigest()
