"""What the application's tests run against: a real Redis, a real worker, a real uWSGI."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.jobs.queue import JobQueue
from tests.support.processes import PACKAGES, ROOT, Start, kill_family, until
from tests.support.redis_server import RedisServer, new_redis


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
    app.extensions["job_queue"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def queue(app: Flask) -> JobQueue:
    jobs: JobQueue = app.extensions["job_queue"]
    return jobs


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts programs of the venv in the repository's root; kills what runs at the end."""
    processes: list[subprocess.Popen[str]] = []

    def run(environ: dict[str, str], *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [Path(sys.executable).parent / command[0], *command[1:]],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": PACKAGES, **environ},
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
