"""Where the browser goes: a deployed host, or the application started here for the tests."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.deployed import CHECKOUT, Deployed, deployed
from tests.support.uwsgi import UWSGI

ADMIN_PASSWORD = "/etc/slipway/secrets/admin_password"  # noqa: S105  # a path on the host
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Target:
    """A site, how the browser finds it, and how to learn the password of its account."""

    url: str
    user: str
    password: Callable[[], str]
    browser_arguments: tuple[str, ...] = ()


def of_inventory(inventory: str) -> Target:
    """The first host of an inventory, by its name at its address."""
    host = next(iter(deployed(inventory).values()))
    site = host.site
    port = "" if site.https_port == 443 else f":{site.https_port}"
    user = host.settings.app.environment.get("ADMIN_USER", "admin")
    rule = f"--host-resolver-rules=MAP {site.domain} {site.address}"
    return Target(f"https://{site.domain}{port}", user, lambda: _read(host), (rule,))


def _read(host: Deployed) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".ssh_config") as config:
        config.write(host.ssh_config())
        config.flush()
        command = ["ssh", "-F", config.name, host.destination, "sudo", "-n", "cat", ADMIN_PASSWORD]
        shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    return shown.stdout.strip()


@contextlib.contextmanager
def started_here() -> Iterator[Target]:
    """Redis, a worker and uWSGI with the static files as the image has them, over plain HTTP."""
    with tempfile.TemporaryDirectory(prefix="slipway-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environ = _environ(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        finish = ("python", "images/app/static_files.py", "app/static", str(folder / "static"))
        _run(environ, folder, *finish).wait()
        for command in (
            ("redis-server", str(folder / "redis.conf")),
            ("python", "-m", "steady_rq", "worker"),
            (*UWSGI, "--http-socket", address),
        ):
            stack.callback(_stop, _run(environ, folder, *command))
        _wait_for(address)
        yield Target(f"http://{address}", "admin", (folder / "admin_password").read_text)


def _environ(folder: Path) -> dict[str, str]:
    for secret in ("redis_password", "secret_key", "admin_password"):
        (folder / secret).write_text(f"the {secret} of the tests")
    (folder / "static").mkdir()
    config = f'port 0\nunixsocket {folder}/redis.sock\ndir {folder}\nsave ""\n'
    (folder / "redis.conf").write_text(config + 'requirepass "the redis_password of the tests"\n')
    return {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "REDIS_URL": f"unix://{folder}/redis.sock",
        "REDIS_PASSWORD_FILE": str(folder / "redis_password"),
        "SECRET_KEY_FILE": str(folder / "secret_key"),
        "ADMIN_PASSWORD_FILE": str(folder / "admin_password"),
        "INSECURE_COOKIES": "1",
        "STATIC_FOLDER": str(folder / "static"),
        "WEB_MODULE": "app.wsgi:application",
        "WEB_SOCKET": str(folder / "web.sock"),
    }


def _run(environ: dict[str, str], folder: Path, *command: str) -> subprocess.Popen[bytes]:
    program = PROGRAMS / command[0]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [program if program.exists() else command[0], *command[1:]],
            cwd=CHECKOUT, env=environ, stdout=log, stderr=log,
        )  # fmt: skip


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(address: str, seconds: float = 15) -> None:
    host, port = address.split(":")
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
