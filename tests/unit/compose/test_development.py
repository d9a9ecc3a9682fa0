"""Development without Docker: the commands of docs/development.md, as they stand there."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT, until
from tests.support.redis_server import RedisServer

TEXT = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
ENVIRONMENT = re.compile(r'environ(?:\.get\(|\[|, )"([A-Z_]+)"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout without a venv of its own, which the tests' own stands for."""
    subprocess.run(["cp", "-r", ROOT / "app", tmp_path / "app"], check=True)
    return tmp_path


@pytest.fixture
def port(folder: Path, redis: RedisServer) -> Iterator[int]:
    """The port where the application of the document runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    [script] = re.findall(r"activate\n(export.*?)```", TEXT, re.DOTALL)
    script = script.replace("redis://127.0.0.1:6379/0", f"unix://{redis.socket}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    password = redis.environ["REDIS_PASSWORD_FILE"]
    environ = {"PATH": path, "REDIS_PASSWORD_FILE": password, "FLASK_RUN_PORT": str(number)}
    with (folder / "output").open("wb") as output:
        shell = subprocess.Popen(
            ["sh", "-ec", script],
            cwd=folder,
            env=environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: answers(number), "Flask's server answers")
        yield number
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()


def ask(port: int, path: str, data: dict[str, Any] | None = None) -> str:
    body = json.dumps(data).encode() if data else None
    request = urllib.request.Request(  # an address of this machine
        f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return str(answer.read().decode())


def answers(port: int, path: str = "/healthz", text: str = "") -> bool:
    try:
        return text in ask(port, path)
    except (OSError, HTTPException):  # it ends while it answers
        return False


def result(port: int) -> Any:
    """What a job returns. The server may be starting again: what is refused is asked again."""
    found: list[Any] = []

    def finished() -> bool:
        try:
            if not found:
                found.append(json.loads(ask(port, "/background_count/", {"number": 1})))
            found[1:] = [json.loads(ask(port, f"/jobs/{found[0]['id']}"))]
        except (OSError, HTTPException):
            return False
        return bool(found[1]["state"] == "finished")

    until(finished, "the job is finished")
    return found[1]["result"]


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def worker_listens(folder: Path, starts: int) -> None:
    """Waits for the worker's nth start: a job that meets its end waits for RQ's maintenance."""
    said = folder / "output"
    until(lambda: said.read_text().count("Listening on") == starts, "the worker listens")


def test_a_changed_file_changes_the_answer_and_what_a_job_does(folder: Path, port: int) -> None:
    worker_listens(folder, 1)
    assert result(port) == 1
    change(folder / "app" / "views" / "dates.py", "%d-%m-%Y", "the year %Y")
    until(lambda: answers(port, "/date/", "the year 2"), "the answer has changed")
    worker_listens(folder, 2)
    change(folder / "app" / "counting.py", "return counted\n", "return -counted\n")
    worker_listens(folder, 3)
    assert result(port) == -1


def test_every_variable_that_the_application_reads_is_told() -> None:
    read = set(ENVIRONMENT.findall((ROOT / "app" / "config.py").read_text()))
    assert {"REDIS_URL", "SECRET_KEY_FILE"} <= read
    assert [name for name in sorted(read) if f"`{name}`" not in TEXT] == []
