"""The verbs of an operator, as bin/slipway runs them on a host."""

import json
import os
import pty
import select
import subprocess
import time
from typing import Any

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import INVENTORY, Target
from tests.faults.jobs import job_during
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
BIN = str(CHECKOUT / "bin" / "slipway")

# Adds a job that fails.
FAILING = """
import os
from app.config import Config
from app.jobs.rq_queue import rq_queue
from steady_rq.connection import impatient_client
config = Config.from_environment(os.environ)
print(rq_queue(config, impatient_client(config.redis)).enqueue("operator.truediv", 1, 0).id)
"""


def verb(target: Target, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """What an operator's command shows."""
    return subprocess.run(
        [BIN, words[0], "--inventory", INVENTORY, *words[1:]],
        cwd=CHECKOUT,
        env={**os.environ, "TEST_HOST": target.name},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_runs_beside_the_release_with_all_that_it_is_told(target: Target) -> None:
    before = target.run("docker ps --all --quiet; docker network ls --quiet")
    script = "cat; echo $RELEASE; ls /run/secrets; id -u; echo problem >&2; exit 7"
    done = verb(target, "run", "--", "sh", "-c", script, said="from here\n")
    assert done.returncode == 7
    lines = done.stdout.split("\n")
    assert lines[:2] == ["from here", target.release()]
    assert {"redis_password", "secret_key"} < set(lines)
    assert lines[-2] == "10001"
    assert "problem" in done.stderr
    assert target.run("docker ps --all --quiet; docker network ls --quiet") == before


def test_a_shell_is_one(target: Target) -> None:
    ours, theirs = pty.openpty()
    command = [BIN, "shell", "--inventory", INVENTORY]
    environment = {**os.environ, "TEST_HOST": target.name}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=theirs, stdout=theirs,
                          stderr=theirs, start_new_session=True) as shell:  # fmt: skip
        os.close(theirs)
        os.write(ours, b"echo $((40 + 2)) $RELEASE; exit 5\n")
        said = read(ours, 60)
        assert shell.wait(30) == 5
    os.close(ours)
    assert f"42 {target.release()}" in said


def read(terminal: int, limit: float) -> str:
    """All that comes on a terminal until it is closed."""
    said, end = b"", time.monotonic() + limit
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                said += os.read(terminal, 65536)
            except OSError:  # the other side has closed it
                break
    return said.decode(errors="replace")


def test_a_restart_is_fresh_and_fails_no_request(target: Target) -> None:
    old, web = target.release(), target.container("web")
    with asked_steadily(target) as failures:
        done = verb(target, "restart")
    assert (done.returncode, failures) == (0, []), done.stderr
    assert target.release() == f"{old.partition('-')[0]}-2"
    assert target.container("web") != web
    assert target.history()[-1]["kind"] == "restart"
    assert "is live after" in done.stdout + done.stderr
    changed = json.loads(target.deploy("--json").stdout)["results"]["totals"]
    assert (changed["success"], changed["error"]) == (0, 0)
    assert target.run("slipway inspect 2>&1") == "all is as the last deploy put it"


def test_new_workers_take_jobs_at_once_and_the_old_one_ends_its_own(target: Target) -> None:
    old = target.container("worker")

    def change(_number: int) -> float:
        done = verb(target, "restart", "worker")
        assert done.returncode == 0, done.stderr
        return time.time()

    number, job = job_during(target, change)
    assert (job["state"], job["result"]) == ("finished", number)
    wait_until(lambda: old not in target.run("docker ps --format '{{.Names}}'"), 60)
    assert target.site.run_job(3)["state"] == "finished"


def test_failed_jobs_are_listed_run_again_and_forgotten(target: Target) -> None:
    job = verb(target, "run", "python3", "-", said=FAILING).stdout.strip()

    def failed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(verb(target, "jobs", "--json").stdout)["failed"]
        return [one for one in found if one["id"] == job]

    wait_until(failed, 60)
    first = failed()[0]["ended"]
    assert failed()[0]["error"] == "ZeroDivisionError: division by zero"
    listed = verb(target, "jobs").stdout
    assert f"  {job}  default  operator.truediv(1, 0)\n" in listed
    assert "Traceback" in verb(target, "jobs", "show", job).stdout
    again = verb(target, "jobs", "retry", job)
    assert again.stdout == "1 failed jobs are run again\n", again.stderr
    wait_until(lambda: failed() and failed()[0]["ended"] > first, 60)
    assert verb(target, "jobs", "clear", job).stdout == "1 failed jobs are forgotten\n"
    assert failed() == []
    again = verb(target, "jobs", "clear", job)
    assert again.returncode == 1
    assert "there is no failed job of this id" in again.stderr


def test_a_log_goes_over_releases_and_grows_while_one_looks(target: Target) -> None:
    command = [BIN, "logs", "worker", "--follow", "-n", "1", "--inventory", INVENTORY]
    environment = {**os.environ, "TEST_HOST": target.name}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, text=True,
                          stdout=subprocess.PIPE) as following:  # fmt: skip
        assert following.stdout
        following.stdout.readline()
        assert verb(target, "restart").returncode == 0
        new = target.release()
        line = next(text for text in following.stdout if f" {new} " in text)
        following.terminate()
    assert " worker " in line
    shown = verb(target, "logs", "web", "--since", "1 hour").stdout
    releases = {line.split()[2] for line in shown.splitlines()}
    assert len(releases) > 1
    assert new in releases
    alone = verb(target, "logs", "--release", new, "-n", "5").stdout.splitlines()
    assert 0 < len(alone) <= 5
    assert {line.split()[2] for line in alone} == {new}
    assert "there is no process wep" in verb(target, "logs", "wep").stderr
