"""Any server on a Unix socket that speaks HTTP: requests, uploads, streams, WebSockets."""

import base64
import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Target
from tests.faults.traffic.conftest import APPLICATION
from tests.faults.traffic.crowd import Crowd

pytestmark = pytest.mark.destructive

GUNICORN = ["gunicorn", "--bind", "unix:$WEB_SOCKET", "--workers", "$WEB_PROCESSES"]
COMMANDS = {
    "granian": ["granian", "--interface", "wsgi", "--uds", "$WEB_SOCKET",
                "--workers", "$WEB_PROCESSES", "--blocking-threads", "4", "--factory",
                "app:create_app"],
    "waitress": ["waitress-serve", "--unix-socket=$WEB_SOCKET", "--unix-socket-perms=660",
                 "--threads=8", "--call", "app:create_app"],
    "gthread": [*GUNICORN, "--worker-class", "gthread", "--threads", "4", "app:create_app()"],
    "gevent": [*GUNICORN, "--worker-class", "gevent", "app:create_app()"],
}  # fmt: skip
LOCK = str(Path(__file__).parent / "servers" / "requirements.txt")


@pytest.fixture(scope="module", autouse=True, params=COMMANDS)
def server(request: pytest.FixtureRequest, target: Target) -> str:
    name: str = request.param
    settings = APPLICATION | {"app": APPLICATION["app"] | {"requirements": LOCK}}
    done = target.deploy(**settings, web={"command": COMMANDS[name], "protocol": "http"})
    assert done.returncode == 0, done.stdout + done.stderr
    return name


def test_it_answers_and_hears_the_site_s_name(target: Target) -> None:
    for _ in range(20):
        answer = target.site.ask("/x?y=1")
        assert (answer.status, answer.json["HTTP_HOST"]) == (200, target.site.domain)


def test_a_body_as_large_as_the_settings_allow_arrives(target: Target) -> None:
    content = os.urandom(10 * 1024**2 - 2000)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = target.site.ask("/upload", "POST", head + content + b"\r\n--b--\r\n", kind, timeout=60)
    assert answer.json["digest"] == hashlib.sha256(content).hexdigest()


def test_a_long_answer_arrives_whole(target: Target) -> None:
    assert len(target.site.ask("/megabytes/50", timeout=60).body) == 50 * 1024**2


def test_events_arrive_as_they_are_made(target: Target) -> None:
    connection = target.site.connect()
    began, arrived = time.monotonic(), []
    connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    while line := response.readline():
        if line.startswith(b"data: "):
            arrived.append(time.monotonic() - began)
    connection.close()
    assert len(arrived) == 5
    assert all(number * 0.5 - 0.1 < at < number * 0.5 + 1.5 for number, at in enumerate(arrived))


def test_a_websocket_passes_and_outlives_a_request_s_time(target: Target, server: str) -> None:
    if server not in {"gthread", "gevent"}:
        pytest.skip("this server gives WSGI applications no WebSocket")
    crowd = Crowd(target.site)
    with crowd.gathered():
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /websocket HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
        wanted = crowd.request(*lines, f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")
        connection = crowd.send(wanted + b"\r\n")
        assert connection
        assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
        for wait in (0, 40):  # longer than a request may take
            time.sleep(wait)
            # A text frame from a client has a mask (RFC 6455, 5.2): here one of zeros.
            connection.sendall(b"\x81\x85\0\0\0\0hello")
            assert connection.recv(4096) == b"\x81\x05hello"


def test_errors_of_nginx_are_its_pages_here_too(target: Target) -> None:
    answer = target.site.ask("/metrics", headers={"Accept": "application/json"})
    assert (answer.status, json.loads(answer.body)["status"]) == (404, 404)
