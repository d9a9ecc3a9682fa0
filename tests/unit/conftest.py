"""What the application's tests run against: a real Redis, a real worker, a real uWSGI."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import RedisError

from app import create_app
from app.config import Config
from app.queue import JobQueue

ROOT = Path(__file__).parents[2]
PASSWORD = "a password of the tests"  # noqa: S105  # for the tests' own Redis

Start = Callable[..., "subprocess.Popen[str]"]


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


def until(condition: Callable[[], Any], what: str, seconds: float = 45) -> None:
    """Wait for a condition. Fails the test when it does not come true in `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.03)


def ended(process: subprocess.Popen[str], seconds: float = 45) -> tuple[int, str]:
    """Wait for a process to end; return its exit code and what it printed."""
    output, _ = process.communicate(timeout=seconds)
    return process.returncode, output


@contextlib.contextmanager
def new_redis() -> Iterator[RedisServer]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        server = RedisServer(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    with new_redis() as server:
        server.start()
        yield server


@pytest.fixture
def redis(shared_redis: RedisServer) -> RedisServer:
    """A Redis that runs and is empty."""
    with shared_redis.client() as client:
        # A worker that was just killed may still be given a job, until Redis sees that it is gone.
        until(lambda: client.info("clients")["blocked_clients"] == 0, "no worker is left")
        client.flushall()
    return shared_redis


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis not yet started, for tests that stop or fill it."""
    with new_redis() as server:
        yield server


@pytest.fixture
def app(redis: RedisServer) -> Iterator[Flask]:
    app = create_app(Config.from_environment(redis.environ))
    yield app
    app.extensions["slipway"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def queue(app: Flask) -> JobQueue:
    jobs: JobQueue = app.extensions["slipway"]
    return jobs


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts programs of the venv in the repository's root; kills what runs at the end."""
    processes: list[subprocess.Popen[str]] = []

    def run(environ: dict[str, str], *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [Path(sys.executable).parent / command[0], *command[1:]],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            kill_family(process.pid)
        process.wait()
        if process.stdout:
            process.stdout.close()


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill_family(pid: int) -> None:
    """Kill -9 a process and its children, as when a container or a machine dies."""
    family = [pid, *children(pid)]
    for member in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, 9)
