"""The health check, and what both commands say of what is wrong."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from rq_stand import RedisServer, Stand, python_with, until


def test_a_worker_that_hangs_is_found_within_35_seconds(stand: Stand) -> None:
    worker = stand.worker()
    assert stand.check() == (0, "ok")
    os.kill(worker.pid, signal.SIGSTOP)
    begin = time.monotonic()
    until(lambda: stand.check()[0] == 1, "the check has found it", 70)
    seconds = time.monotonic() - begin
    print(f"found after {seconds:.0f} s: {stand.check()[1]}")
    assert seconds < 35


def test_of_two_workers_the_one_that_hangs_is_found(stand: Stand) -> None:
    workers = [stand.worker(), stand.worker()]
    keys = stand.redis.client.smembers("rq:workers")
    assert len(keys) == 2
    os.kill(workers[1].pid, signal.SIGSTOP)
    for key in keys:
        if stand.redis.client.hget(key, "pid") == str(workers[1].pid).encode():
            stand.redis.client.hset(key, "last_heartbeat", "2026-01-01T00:00:00.000000Z")
    assert stand.check()[0] == 1
    os.kill(workers[1].pid, signal.SIGKILL)
    workers[1].wait()
    assert stand.check() == (0, "ok")


def test_a_worker_that_was_killed_is_not_alive(stand: Stand) -> None:
    worker = stand.worker()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    code, line = stand.check()
    assert (code, line[:12]) == (1, "no worker of")


def test_the_check_imports_neither_rq_nor_a_client(stand: Stand) -> None:
    stand.worker()
    program = (
        "import os, sys; from steady_rq.__main__ import main; code = main(['check'], os.environ);"
        "print(code, {'rq', 'redis', 'flask', 'asyncio'} & set(sys.modules))"
    )
    assert stand.run("python3", "-c", program) == (0, "ok\n0 set()\n")


def test_the_check_takes_what_only_a_client_can(stand: Stand) -> None:
    stand.worker()
    url = f"unix://{stand.redis.socket}?db=0&health_check_interval=5"
    command = ("python3", "-m", "steady_rq", "check")
    assert stand.run(*command, REDIS_URL=url) == (0, "ok\n")


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"REDIS_URL": "http://redis"}, "REDIS_URL must be unix:///path"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis does not answer"),
        ({"REDIS_PASSWORD_FILE": "/nowhere"}, "REDIS_PASSWORD_FILE: the file /nowhere cannot"),
        ({"JOB_TIMEOUT": "soon"}, "JOB_TIMEOUT must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    stand: Stand, variables: dict[str, str], line: str
) -> None:
    code, output = stand.run("python3", "-m", "steady_rq", "check", **variables)
    assert (code, output[: len(line)], output.count("\n")) == (1, line, 1)


def test_a_file_that_fails_is_named(stand: Stand) -> None:
    path = stand.folder / "steady_rq.conf.py"
    for text, word in (("1/0", "division"), ('WORKER_CLASS = "rq.Worker"', "WORKER_CLASS")):
        path.write_text(text)
        code, output = stand.run("python3", "-m", "steady_rq", "worker")
        assert (code, word in output, output.count("\n")) == (1, True, 1), output


def test_a_version_of_rq_that_is_not_known_is_refused_in_a_line(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    with python_with("2.6", tmp_path / "venv") as python:
        stand = Stand(python, redis_server, tmp_path)
        code, output = stand.run("python3", "-m", "steady_rq", "worker")
        stand.end()
    assert (code, output.count("\n")) == (1, 1)
    assert "knows RQ 2.12 and 3.0, and RQ 2.6" in output
