"""nginx in its container: check its configuration, load it anew, and see what it serves."""

from pathlib import Path

from . import layout, x509
from .command import Failure, run
from .config import is_address

CONTAINER = f"{layout.BASE_PROJECT}-nginx-1"
CONFIGURATION = layout.NGINX / "nginx.conf"
ADDRESS = "127.0.0.1"


def runs() -> bool:
    """Whether the container is up."""
    shown = run("docker", "ps", "--quiet", "--filter", f"name=^{CONTAINER}$",
                "--filter", "status=running")  # fmt: skip
    return bool(shown.strip())


def check(configuration: Path = CONFIGURATION) -> None:
    """Raises Failure with nginx's own words when it would refuse its configuration."""
    run("docker", "exec", CONTAINER, "nginx", "-c", configuration, "-t", "-q", timeout=30)


def reload() -> None:
    """Loads configuration and certificate without losing a request, after a check."""
    check()
    run("docker", "exec", CONTAINER, "nginx", "-c", CONFIGURATION, "-s", "reload", timeout=30)


def chain(name: str, port: int) -> str:
    """The certificates that are served for a name, as PEM; empty when nobody answers."""
    server = ("-noservername",) if is_address(name) else ("-servername", name)
    try:
        shown = run("openssl", "s_client", "-connect", f"{ADDRESS}:{port}", *server, "-showcerts",
                    timeout=10)  # fmt: skip
    except Failure:
        return ""
    return "".join(x509.PEM.findall(shown))


def served(name: str, port: int) -> str:
    """SHA-256 of the certificate that is served for a name; empty when nobody answers."""
    return x509.fingerprint(chain(name, port))
