"""The health check of a web container: a server that is busy is well, one that hangs is not."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from infra import release
from infra.onhost.services import sockets
from infra.onhost.web import health_check, work
from tests.support.processes import ROOT, Start, children, until

# Answers after the seconds that the query names, with the status that the path names.
APPLICATION = """
import time

def application(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response(f"{environ['PATH_INFO'][1:]} Said", [])
    return [b"x"]
"""
HOST = "app.example.org"
Server = tuple[Path, "subprocess.Popen[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as name:
        Path(name, "wsgi.py").write_text(APPLICATION)
        yield Path(name)


@pytest.fixture(params=[sockets.UWSGI, sockets.HTTP])
def server(request: pytest.FixtureRequest, folder: Path, start: Start) -> Server:
    """uWSGI and gunicorn with the shipped configuration, and two requests at a time."""
    path = folder / request.param
    environ = {"WEB_SOCKET": str(path), "WEB_PROCESSES": "1", "WEB_QUEUE": "2"}
    if request.param == sockets.HTTP:
        words = ("--config", str(ROOT / "images/app/gunicorn.conf.py"), "--pythonpath", str(folder))
        process = start(environ, "gunicorn", *words, "wsgi:application")
    else:
        words = ("--ini", "images/app/uwsgi.ini", "--pythonpath", "images/app")
        environ["WEB_MODULE"] = "wsgi:application"
        process = start(environ, "uwsgi", *words, "--pythonpath", str(folder))
    until(lambda: path.exists() and problem(path) == "" and work.of(path) is not None, "it serves")
    return path, process


def problem(path: Path, asked: str = "/200", seconds: float = 1) -> str:
    return health_check.problem(path, asked, HOST, seconds)


def ask_slowly(path: Path, seconds: int, times: int) -> list[threading.Thread]:
    def ask() -> None:
        with contextlib.suppress(OSError):
            sockets.ask(path, f"/200?{seconds}", HOST, seconds + 20)

    threads = [threading.Thread(target=ask) for _ in range(times)]
    for thread in threads:
        thread.start()
    return threads


def test_a_server_is_well_while_all_its_threads_are_taken_and_its_line_is_full(
    server: Server,
) -> None:
    path, _ = server
    asking = ask_slowly(path, 4, 2)
    until(lambda: (found := work.of(path)) is not None and found.free == 0, "all are taken")
    asking += ask_slowly(path, 0, 3)
    assert problem(path) == ""
    for thread in asking:
        thread.join(30)
    until(lambda: (found := work.of(path)) is not None and found.free == 2, "none is taken")
    assert problem(path, "/503") == "/503 answered 503"


def has_stopped(process: int) -> bool:
    return ") T " in Path(f"/proc/{process}/stat").read_text()


@contextlib.contextmanager
def stopped(*processes: int) -> Iterator[None]:
    """These processes do nothing within the context."""
    try:
        for one in processes:
            os.kill(one, signal.SIGSTOP)
            until(partial(has_stopped, one), "it has stopped")
        yield
    finally:
        for one in processes:
            os.kill(one, signal.SIGCONT)


def test_a_server_that_hangs_is_not_well(server: Server) -> None:
    path, process = server
    with stopped(*children(process.pid), process.pid):
        assert "timed out" in problem(path, seconds=6)


def test_processes_that_hang_are_not_busy_though_their_master_lives(server: Server) -> None:
    path, process = server
    with stopped(*children(process.pid)):
        assert "timed out" in problem(path, seconds=6)


def run_as_in_the_container(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    for file in release.health_check():
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.content or b"")
    return subprocess.run(
        [sys.executable, "-IS", str(folder / "health"), *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_in_one_line_what_was_answered(server: Server, folder: Path) -> None:
    path, _ = server
    well = run_as_in_the_container(folder, str(path), "/200", HOST)
    ill = run_as_in_the_container(folder, str(path), "/503", HOST)
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    assert (ill.returncode, ill.stderr) == (1, "/503 answered 503\n")


def test_a_socket_that_is_not_there_fails_in_one_line(folder: Path) -> None:
    done = run_as_in_the_container(folder, str(folder / "none"), "/200", HOST)
    assert done.returncode == 1
    assert done.stderr == f"{folder / 'none'}: nothing listens at WEB_SOCKET (none)\n"
