"""nginx in its container: check its configuration, load it anew, and see what it serves."""

import contextlib
import fcntl
import hashlib
import http.client
import time
from collections.abc import Iterator
from pathlib import Path

from .. import layout
from ..command import Failure, replace, run
from ..config import Host, is_address
from . import openssl

CONTAINER = f"{layout.BASE_PROJECT}-nginx-1"
ADDRESS = "127.0.0.1"
LOAD_SECONDS = 30
POLL_SECONDS = 0.05
WORKER = "nginx: worker process"  # one that stops adds words to this


def runs() -> bool:
    """Whether the container is up."""
    mine = ("--filter", f"name=^{CONTAINER}$", "--filter", "status=running")
    return bool(run("docker", "ps", "--quiet", *mine).strip())


def check(configuration: Path) -> None:
    """Raises Failure with nginx' own words when it would refuse this configuration."""
    _nginx(configuration, "-t", "-q")


def reload(host: Host) -> None:
    """Loads configuration and certificate without losing a request, after a check.

    When it returns, new connections are served by them, and it is noted which routes are loaded.
    Raises Failure when nginx does not load.
    """
    with _marked(host):
        _reload(host)


def _reload(host: Host) -> None:
    check(host.layout.nginx_configuration)
    # Before the reload: whoever reads the file finds only routes that are surely loaded.
    host.layout.loaded_routes.unlink(missing_ok=True)
    routes = _current_routes(host)
    old = _workers()
    _nginx(host.layout.nginx_configuration, "-s", "reload")
    deadline = time.monotonic() + LOAD_SECONDS
    while not (now := _workers()) or now & old:
        if time.monotonic() > deadline:
            raise Failure(
                f"nginx has not loaded its configuration after {LOAD_SECONDS} s:"
                f" docker logs {CONTAINER} shows the reason"
            )
        time.sleep(POLL_SECONDS)
    if _current_routes(host) == routes:  # else another has moved the link, and loads them itself
        replace(host.layout.loaded_routes, as_loaded(routes, started()))


def as_loaded(routes: bytes, life: str) -> bytes:
    """What is noted of loaded routes: in this life of nginx, for one that starts loads anew."""
    return f"# loaded by nginx, started {life}\n".encode() + routes


def _current_routes(host: Host) -> bytes:
    routes = host.layout.current_routes
    return routes.read_bytes() if routes.exists() else b""


@contextlib.contextmanager
def _marked(host: Host) -> Iterator[None]:
    """What nginx loads meanwhile says which files it was; what it loads later says that of none.

    So nginx itself tells whether somebody else had it load other files.
    """
    with host.layout.nginx_lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _mark(host, digest(host))
        try:
            yield
        finally:
            _mark(host, "")


def _mark(host: Host, text: str) -> None:
    content = (
        f"location = {layout.NGINX_LOADED} {{\n"
        f"    if ($remote_addr != {ADDRESS}) {{\n        return 404;\n    }}\n"
        f'    default_type text/plain;\n    return 200 "{text}";\n}}\n'
    )
    replace(host.layout.nginx_mark, content.encode())


def digest(host: Host) -> str:
    """A digest of all files of its configuration as they stand there now."""
    paths = host.layout
    routes = paths.current / paths.nginx_routes.name
    total = hashlib.sha256()
    for path in (*sorted(paths.nginx.glob("*.conf")), paths.virtual_hosts, routes):
        total.update(f"{path}\0".encode() + (path.read_bytes() if path.exists() else b"") + b"\0")
    return total.hexdigest()


def loaded(host: Host) -> bool:
    """Whether nginx says that it has loaded the files as they stand there now."""
    connection = http.client.HTTPConnection(ADDRESS, host.config.http_port, timeout=5)
    try:
        connection.request("GET", layout.NGINX_LOADED)
        return connection.getresponse().read().decode(errors="replace") == digest(host)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _nginx(configuration: Path, *words: str) -> None:
    run("docker", "exec", CONTAINER, "nginx", "-c", configuration, *words, timeout=30)


def started() -> str:
    """When nginx' container was started last."""
    return run("docker", "inspect", "--format", "{{.State.StartedAt}}", CONTAINER).strip()


def _workers() -> set[str]:
    """The processes that take connections: nginx renames those that only finish theirs."""
    shown = run("docker", "top", CONTAINER, "-o", "pid,args")
    lines = (line.split(maxsplit=1) for line in shown.splitlines()[1:])
    return {words[0] for words in lines if words[1:] == [WORKER]}


def chain(name: str, port: int) -> str:
    """The certificates that are served for a name, as PEM; empty when nobody answers."""
    server = ("-noservername",) if is_address(name) else ("-servername", name)
    try:
        shown = run(
            "openssl",
            "s_client",
            "-connect",
            f"{ADDRESS}:{port}",
            *server,
            "-showcerts",
            timeout=10,
        )
    except Failure:
        return ""
    return "".join(openssl.PEM.findall(shown))


def served(name: str, port: int) -> str:
    """SHA-256 of the certificate that is served for a name; empty when nobody answers."""
    return openssl.fingerprint(chain(name, port))
