from __future__ import annotations

import json
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Start, children, ended, kill_family, until
from tests.support.redis_server import RedisServer
from tests.support.uwsgi import UWSGI, ask, serves


@pytest.fixture
def environ(redis: RedisServer) -> Iterator[dict[str, str]]:
    path = redis.folder / "web.sock"
    yield {
        **redis.environ,
        "WEB_SOCKET": str(path),
        "WEB_PROCESSES": "1",
        "WEB_REQUEST_TIMEOUT": "10",
    }
    path.unlink(missing_ok=True)


def test_it_serves_over_its_socket_and_removes_it_at_the_end(
    environ: dict[str, str], start: Start
) -> None:
    path = environ["WEB_SOCKET"]
    web = start(environ, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves")
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o660
    assert len(children(web.pid)) == 1

    body = json.dumps({"number": 5}).encode()
    json_type = {"Content-Type": "application/json"}
    assert ask(path, "/background_count/", "POST", json_type, body)[0] == 202
    assert ask(path, "/date/?q=1", headers={"Cookie": "c" * 20_000})[0] == 200

    # The whole answer arrives, though the view read nothing of a body this large.
    status, answer = ask(path, "/background_count/", "POST", json_type, b" " * 1_000_000)
    assert (status, json.loads(answer)["status"]) == (413, 413)
    assert ask(path, "/nowhere", "POST", json_type, b" " * 1_000_000)[0] == 404

    web.terminate()
    code, output = ended(web)
    assert code == 0
    assert not Path(path).exists()
    assert "GET /date/" not in output


def test_a_request_in_flight_is_answered_after_sigterm(
    environ: dict[str, str], redis: RedisServer, start: Start
) -> None:
    web = start(environ, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves")
    assert redis.process
    redis.process.send_signal(signal.SIGSTOP)
    statuses: list[int] = []
    arguments = (
        "/background_count/",
        "POST",
        {"Content-Type": "application/json"},
        b'{"number":5}',
    )
    request = threading.Thread(
        target=lambda: statuses.append(ask(environ["WEB_SOCKET"], *arguments)[0])
    )
    try:
        request.start()
        request.join(0.4)
        web.terminate()
        request.join(0.4)
        assert request.is_alive()
    finally:
        redis.process.send_signal(signal.SIGCONT)
    request.join()
    assert statuses == [202]
    assert ended(web)[0] == 0


def test_a_socket_left_by_a_killed_run_is_no_hindrance(
    environ: dict[str, str], start: Start
) -> None:
    killed = start(environ, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves")
    kill_family(killed.pid)
    killed.wait()
    assert Path(environ["WEB_SOCKET"]).exists()
    start(environ, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves again")


def test_without_a_secret_it_ends_with_a_line_that_names_it(
    environ: dict[str, str], start: Start
) -> None:
    code, output = ended(start({**environ, "SECRET_KEY_FILE": ""}, *UWSGI))
    assert code != 0
    assert "the application does not start: SECRET_KEY_FILE is not set" in output
    assert "Traceback" not in output


def test_an_import_error_ends_it(environ: dict[str, str], start: Start) -> None:
    web = start(environ, *UWSGI, "--module", "app.absent:application")
    code, output = ended(web)
    assert code == 22
    assert "No module named 'app.absent'" in output


def test_without_settings_it_has_its_defaults(environ: dict[str, str], start: Start) -> None:
    for name in ("WEB_PROCESSES", "WEB_REQUEST_TIMEOUT"):
        environ.pop(name)
    web = start({**environ, "WEB_THREADS": "3"}, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves")
    assert len(children(web.pid)) == 2
    threads = Path(f"/proc/{children(web.pid)[0]}/task")
    until(lambda: len(list(threads.iterdir())) >= 3, "the process has its threads")
    web.terminate()
    assert "mercy for graceful operations on workers is 30 seconds" in ended(web)[1]


def test_a_worker_that_died_is_replaced(environ: dict[str, str], start: Start) -> None:
    web = start(environ, *UWSGI)
    until(lambda: serves(environ), "uWSGI serves")
    (killed,) = children(web.pid)
    os.kill(killed, signal.SIGKILL)
    until(lambda: children(web.pid) not in ([], [killed]), "another worker is there")
    until(lambda: serves(environ), "uWSGI serves again")
