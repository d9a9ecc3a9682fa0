from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.support.processes import until

PASSWORD = "a password of the tests"  # noqa: S105  # for the tests' own Redis


class RedisServer:
    """A Redis on a Unix socket in a directory of its own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "redis_password").write_text(PASSWORD + "\n")
        (folder / "secret_key").write_text("a key of the tests\n")

    @property
    def environ(self) -> dict[str, str]:
        """The environment that points the application at this server."""
        return {
            "WEB_MODULE": "app.wsgi:application",
            "REDIS_URL": f"unix://{self.socket}",
            "REDIS_PASSWORD_FILE": str(self.folder / "redis_password"),
            "SECRET_KEY_FILE": str(self.folder / "secret_key"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
        }

    def start(self) -> None:
        config = f'port 0\nunixsocket {self.socket}\ndir {self.folder}\nrequirepass "{PASSWORD}"\n'
        (self.folder / "redis.conf").write_text(config + 'save ""\nappendonly yes\n')
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", str(self.folder / "redis.conf")], stdout=log
            )
        until(lambda: answers(self), "Redis answers")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def client(self) -> Iterator[Redis]:
        client = Redis(unix_socket_path=str(self.socket), password=PASSWORD)
        with contextlib.closing(client):
            yield client


def answers(server: RedisServer) -> bool:
    with server.client() as client, contextlib.suppress(RedisError):
        return client.ping() is True
    return False


@contextlib.contextmanager
def new_redis() -> Iterator[RedisServer]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        server = RedisServer(Path(folder))
        try:
            yield server
        finally:
            server.stop()
