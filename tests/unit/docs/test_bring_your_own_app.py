"""What docs/bring-your-own-app.md tells to paste makes an application that Slipway can deploy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.application.image import image
from infra.checkout import CHECKOUT
from infra.settings import RESERVED_VARIABLES, load
from tests.support.processes import Start, until
from tests.support.redis_server import RedisServer

TEXT = (CHECKOUT / "docs" / "bring-your-own-app.md").read_text(encoding="utf-8")
ASK = """
from myapp.wsgi import application
client = application.test_client()
print(client.get("/healthz").status_code, client.get("/").text)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The application of the document."""
    [script] = re.findall(r"```sh\n(mkdir myapp.*?)```", TEXT, re.DOTALL)
    subprocess.run(["sh", "-ec", script], cwd=tmp_path, check=True)
    return tmp_path


def test_its_pages_answer(folder: Path, redis: RedisServer) -> None:
    environ = {**redis.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("200 It works.\n", "")


def test_its_worker_runs_and_says_so(redis: RedisServer, start: Start) -> None:
    environ = {**redis.environ, "QUEUE": "default"}
    settings = load({"domain": "app.example.org", "email": "you@example.org"}, "one")
    worker = settings.processes["worker"]
    assert start(environ, *worker.checked_by).wait(20) == 1
    start(environ, *worker.started_by)
    until(lambda: start(environ, *worker.checked_by).wait(20) == 0, "the worker lives", 30)


def test_it_is_all_that_a_release_needs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # without uv, no index is asked
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    (folder / "myapp/requirements.txt").write_text("flask==3.1 --hash=sha256:aa")
    app = {"source": str(folder / "myapp")}
    settings = load({"domain": "app.example.org", "email": "you@example.org", "app": app}, "one")
    files = {file.path for file in image(settings).files}
    assert {
        "images/app/Dockerfile",
        "images/app/uwsgi.ini",
        "app/wsgi.py",
    } <= files


def test_every_variable_that_slipway_sets_is_told() -> None:
    assert [name for name in sorted(RESERVED_VARIABLES) if f"`{name}`" not in TEXT] == []
