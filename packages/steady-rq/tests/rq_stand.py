"""What the tests run against: a real Redis, and a Python of its own for each version of RQ."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job

from steady_rq.connection import text

SOURCE = Path(__file__).parents[1] / "src"
PASSWORD = "a password of the tests"  # noqa: S105  # for the tests' own Redis

# The code of an application that has never heard of this package.
SHOP = """\
import os, pathlib, subprocess, sys, time
from redis import Redis

def store():
    password = pathlib.Path(os.environ["REDIS_PASSWORD_FILE"]).read_text().strip()
    return Redis.from_url(os.environ["REDIS_URL"], password=password)

def order(name, seconds=0):
    store().incr("began:" + name)
    time.sleep(seconds)
    store().incr("ended:" + name)
    return name

def without_flask():
    return sorted({"flask"} & set(sys.modules))

def refuse():
    from steady_rq import JobFailed
    store().incr("began:refuse")
    raise JobFailed("there is no such thing")

def ends_a_child():
    child = subprocess.Popen(["sleep", "60"])
    child.terminate()
    return child.wait(10)
"""


def until(condition: Callable[[], Any], what: str, seconds: float = 30) -> None:
    """Wait for a condition. Fails the test when it does not come true in `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.03)


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class RedisServer:
    """A Redis on a Unix socket, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.password_file = folder / "password"
        self.password_file.write_text(PASSWORD + "\n")
        config = f'port 0\nunixsocket {self.socket}\ndir {folder}\nrequirepass "{PASSWORD}"\n'
        (folder / "redis.conf").write_text(config + 'save ""\n')
        self.process = subprocess.Popen(
            ["redis-server", str(folder / "redis.conf")], stdout=subprocess.DEVNULL
        )
        self.client = Redis(unix_socket_path=str(self.socket), password=PASSWORD)
        until(self.answers, "Redis answers")

    def answers(self) -> bool:
        with contextlib.suppress(RedisError):
            return bool(self.client.ping())
        return False

    def close(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()


@dataclass
class Stand:
    """An application with its Redis, and a Python that has one version of RQ."""

    python: Path
    redis: RedisServer
    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(SOURCE),
            "REDIS_URL": f"unix://{self.redis.socket}",
            "REDIS_PASSWORD_FILE": str(self.redis.password_file),
        }

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command in the application's folder."""
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def worker(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """A worker that waits for jobs."""
        command = ("python3", "-m", "steady_rq", "worker", *words)
        process = self.start(*command, **variables)
        until(lambda: self._field(process.pid, "state") == b"idle", "the worker waits")
        return process

    def _field(self, pid: int, name: str) -> object:
        """A field of the worker that is this process."""
        for key in self.redis.client.smembers("rq:workers"):
            if self.redis.client.hget(text(key), "pid") == str(pid).encode():
                return self.redis.client.hget(text(key), name)
        return None

    def run(self, *command: str, **variables: str) -> tuple[int, str]:
        """Run a command to its end: its exit code, and what it printed."""
        process = self.start(*command, **variables)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def check(self) -> tuple[int, str]:
        code, output = self.run("python3", "-m", "steady_rq", "check")
        return code, output.strip()

    def queue(self, name: str = "default", serializer: Any = None) -> Queue:
        return Queue(name, connection=self.redis.client, serializer=serializer)

    def count(self, key: str) -> int:
        return int(self.redis.client.get(key) or 0)

    def state(self, job: Job) -> str:
        found = self.redis.client.hget(job.key, "status")
        return found.decode() if isinstance(found, bytes) else ""

    def reaches(self, job: Job, state: str, seconds: float = 30) -> None:
        until(lambda: self.state(job) == state, f"the job is {state}", seconds)

    def end(self) -> None:
        for process in self.processes:
            for pid in [process.pid, *children(process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()


@contextlib.contextmanager
def python_with(rq: str, folder: Path) -> Iterator[Path]:
    """A Python whose only packages are a version of RQ and what RQ needs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python3"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"rq=={rq}.*"], check=True)
    yield python
