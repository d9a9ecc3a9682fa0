"""What nginx answers by itself is a page for a person and problem details for a program."""

import json
import subprocess

import pytest

from infra.settings import answers
from tests.faults.conftest import Target
from tests.faults.traffic.conftest import serve
from tests.faults.traffic.crowd import Crowd, raw
from tests.site import wait_until

pytestmark = pytest.mark.destructive

BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAM = "Accept: application/json"


@pytest.fixture(scope="module", autouse=True, params=["uwsgi", "gunicorn"])
def served(request: pytest.FixtureRequest, target: Target) -> None:
    serve(target, web={"server": request.param, "request_timeout": 3})


def told(target: Target, status: int, line: str, *headers: str) -> None:
    """nginx answers so, to a browser and to a program."""
    for accept, kind in ((BROWSER, "text/html"), (PROGRAM, "application/problem+json")):
        lines = [line, f"Host: {target.site.domain}", accept, "Connection: close", *headers]
        request = "\r\n".join([*lines, "", ""]).encode()
        head, body = whole(target, request)
        assert head.startswith(f"HTTP/1.1 {status} "), (line[:40], head[:200])
        assert f"content-type: {kind}" in head.lower()
        assert ("retry-after: " in head.lower()) == (status == 503)
        assert "<center>nginx" not in body
        if kind == "text/html":
            assert "<h1>" in body
        else:
            problem = json.loads(body[body.index("{") : body.rindex("}") + 1])
            assert problem["status"] == status
            assert problem["detail"]


def whole(target: Target, request: bytes) -> tuple[str, str]:
    crowd = Crowd(target.site)
    with crowd.gathered():
        connection = crowd.send(request)
        assert connection
        connection.settimeout(20)
        found = b""
        while part := connection.recv(65536):
            found += part
    head, _, body = found.decode().partition("\r\n\r\n")
    return head, body


def test_what_a_client_did(target: Target) -> None:
    long = "x" * 20_000
    told(target, 400, "GET / HTTP/1.1", "Host: another")
    told(target, 404, "GET /metrics HTTP/1.1")
    told(target, 404, "GET /a/../b HTTP/1.1")
    told(target, 405, "TRACE / HTTP/1.1")
    told(target, 413, "POST / HTTP/1.1", "Content-Length: 99999999")
    # Before nginx has read who asks: as for a program.
    status, body = raw(target.site, f"GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (status, b'"status": 414' in body) == (414, True)
    told(target, 431, "GET / HTTP/1.1", f"X-Long: {long}")
    assert raw(target.site, b"NONSENSE\r\n\r\n")[0] == 400
    assert target.site.ask_http("/", host="another.test").status in {301, 421}


def test_what_the_application_answers_is_left_alone(target: Target) -> None:
    for status in (400, 404, 413, 429, 500, 502, 503, 504):
        for accept in (BROWSER, PROGRAM):
            name, _, value = accept.partition(": ")
            answer = target.site.ask(f"/status/{status}", headers={name: value})
            assert (answer.status, answer.body) == (status, b"the application's own")


def test_what_the_server_did(target: Target) -> None:
    # Its process is ended at its time limit.
    for accept, kind in ((BROWSER, "text/html"), (PROGRAM, "application/problem+json")):
        answer = target.site.ask("/seconds/100", headers={"Accept": accept[8:]}, timeout=20)
        assert answer.status == 502
        assert answer.headers["content-type"].startswith(kind)
        assert answers.PROBLEMS[502][0] in answer.body.decode()
    web = target.container("web")
    wait_until(target.healthy, 60)
    processes = target.run(f"docker top {web} -o pid | tail -n +2 | tr '\\n' ' '")
    target.run(f"kill -STOP {processes}")
    try:
        told(target, 504, "GET / HTTP/1.1")
    finally:
        target.run(f"kill -CONT {processes}")
    wait_until(target.healthy, 60)
    target.run(f"docker stop {web}")
    told(target, 503, "GET / HTTP/1.1")
    target.run(f"docker start {web}", check=False)


def test_over_http_2_as_well(target: Target) -> None:
    site = target.site
    words = ["curl", "--silent", "--cacert", str(site.ca_file), "--data-binary", "@-"]
    words += ["--http2", "--resolve", f"{site.domain}:443:{site.address}"]
    words += ["--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"]
    done = subprocess.run(
        [*words, f"https://{site.domain}/"],
        input=b"x" * 11_000_000,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"2 413"
