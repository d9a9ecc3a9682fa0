"""gunicorn with the shipped configuration, as the other way to run an application."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.services import sockets
from tests.support.processes import ROOT, Start, children, until

# Tells what it was asked, after as many seconds as the query says; notes when that begins.
APPLICATION = """
import pathlib
import time

def application(environ, start_response):
    pathlib.Path(__file__).with_name("asked").write_text(environ["QUERY_STRING"])
    time.sleep(float(environ["QUERY_STRING"].split("&")[0] or 0))
    start_response("200 OK", [])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]
"""
GROUP = 10011


@pytest.fixture
def path() -> Iterator[Path]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as name:
        folder = Path(name)
        (folder / "slow.py").write_text(APPLICATION)
        if os.geteuid() == 0:
            os.chown(folder, -1, GROUP)
        folder.chmod(0o2770)
        yield folder / sockets.HTTP


def started(start: Start, path: Path, limit: int = 10) -> subprocess.Popen[str]:
    environ = {"WEB_SOCKET": str(path), "WEB_PROCESSES": "1", "WEB_REQUEST_TIMEOUT": str(limit)}
    environ["WEB_MODULE"] = "slow:application"
    folder = ROOT / "images/app"
    words = [
        "--config",
        str(folder / "gunicorn.conf.py"),
        "--pythonpath",
        f"{path.parent},{folder}",
    ]
    process = start(environ, "gunicorn", *words)
    until(lambda: path.exists() and serves(path), "gunicorn serves")
    return process


def serves(path: Path) -> bool:
    try:
        return sockets.ask(path, "/").status == 200
    except OSError:
        return False


def test_its_socket_is_the_directory_s_group_s_and_nobody_else_s(start: Start, path: Path) -> None:
    started(start, path)
    found = path.stat()
    assert stat.S_IMODE(found.st_mode) == 0o660
    assert found.st_gid == path.parent.stat().st_gid


def test_the_application_learns_who_asked_and_how(start: Start, path: Path) -> None:
    started(start, path)
    assert sockets.ask(path, "/").body == b"127.0.0.1 https"


def test_what_nginx_lets_through_it_takes(start: Start, path: Path) -> None:
    started(start, path)
    assert sockets.ask(path, f"/?0&{'x' * 15_000}").status == 200


def test_a_request_in_flight_is_answered_after_sigterm(start: Start, path: Path) -> None:
    process = started(start, path)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(sockets.ask(path, "/?1.5").status))
    asking.start()
    asked = path.with_name("asked")
    until(lambda: asked.read_text() == "1.5", "it is asked")
    process.send_signal(signal.SIGTERM)
    asking.join(30)
    assert answers == [200]
    assert process.wait(30) == 0


def test_a_request_that_takes_too_long_costs_its_process_and_nothing_else(
    start: Start, path: Path
) -> None:
    process = started(start, path, limit=1)
    [before] = children(process.pid)
    with pytest.raises(OSError, match=r"no HTTP answer|reset"):
        sockets.ask(path, "/?30", timeout=15)
    until(lambda: serves(path), "another process serves")
    assert children(process.pid) != [before]


def test_an_application_that_cannot_be_imported_ends_it(start: Start, path: Path) -> None:
    environ = {"WEB_SOCKET": str(path)}
    words = ["--config", str(ROOT / "images/app/gunicorn.conf.py"), "no_such_module:application"]
    assert start(environ, "gunicorn", *words).wait(20) != 0
