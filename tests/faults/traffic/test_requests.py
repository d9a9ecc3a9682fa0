"""What the application hears of a request is the same with both servers, and is to be believed."""

import hashlib
import json
import time

import pytest

from infra.onhost import layout
from tests.faults.conftest import Target
from tests.faults.traffic.conftest import from_inside, serve
from tests.faults.traffic.crowd import raw
from tests.site import Site

pytestmark = [pytest.mark.destructive, pytest.mark.usefixtures("nothing_is_restarted")]


@pytest.fixture(
    scope="module",
    autouse=True,
    params=[("uwsgi", "25m"), ("gunicorn", "150m"), ("uwsgi", "150m")],
    ids="-".join,
)
def served(request: pytest.FixtureRequest, target: Target) -> int:
    """The megabytes of a body that the site takes."""
    server, size = request.param
    serve(target, web={"server": server}, nginx={"body_size": size})
    return int(size.removesuffix("m"))


def heard(site: Site, line: str, *headers: str) -> tuple[int, dict[str, object]]:
    """The status, and what the application heard."""
    lines = [line, *headers, "Connection: close", "", ""]
    status, body = raw(site, "\r\n".join(lines).encode())
    return status, json.loads(
        body[body.index(b"{") : body.rindex(b"}") + 1]
    ) if status == 200 else {}


def test_it_hears_the_site_s_own_name_alone(target: Target) -> None:
    site = target.site
    for line, host in (
        (f"GET https://{site.domain}/x HTTP/1.1", "evil.test"),
        ("GET /x HTTP/1.1", f"{site.domain}:8443"),
        ("GET /x HTTP/1.1", site.domain.upper()),
        (f"GET https://{site.domain}:99/x HTTP/1.1", "evil.test:1"),
    ):
        status, told = heard(site, line, f"Host: {host}", "X-Forwarded-Host: evil.test")
        assert status == 200
        assert told["HTTP_HOST"] == told["SERVER_NAME"] == site.domain
        assert told["HTTP_X_FORWARDED_HOST"] in {None, ""}
    assert heard(site, "GET /x HTTP/1.1", "Host: evil.test")[0] == 421
    assert heard(site, "GET https://evil.test/x HTTP/1.1", f"Host: {site.domain}")[0] == 421


def test_it_hears_the_path_as_it_was_written(target: Target) -> None:
    for written, path in {
        "//a//b": "//a//b",
        "/a%2fb%2F": "/a/b/",
        "/a/%2e%2e/x": "/a/../x",
        "/a%25b+c": "/a%b+c",
        "/%e2%82%ac?q=//..%2f": "/€".encode().decode("latin-1"),
    }.items():
        status, told = heard(target.site, f"GET {written} HTTP/1.1", f"Host: {target.site.domain}")
        assert status == 200, written
        assert told["PATH_INFO"] == path
        assert told["QUERY_STRING"] == written.partition("?")[2]
    for refused in ("/a/../b", "/..", "/a/./b", "/a/..?x", "/%2e%2e/x"):
        status, _ = heard(target.site, f"GET {refused} HTTP/1.1", f"Host: {target.site.domain}")
        assert status in {400, 404}, refused


def test_no_request_makes_a_5xx(target: Target) -> None:
    name = f"Host: {target.site.domain}"
    lines = [f"X-{number}: {'x' * 15000}" for number in range(3)]
    long = "x" * 15900
    for line, headers, expected in (
        ("GET / HTTP/1.1", [f"X-{number}: y" for number in range(111)], {400, 431}),
        ("GET / HTTP/1.1", [f"X-{number}: y" for number in range(95)], {200}),
        (f"GET /?{long} HTTP/1.1", lines, {400, 431}),
        (f"GET /{long} HTTP/1.1", lines[:1], {200}),
        (f"GET /?{long} HTTP/1.1", lines[:1], {200}),
        (f"GET /?{long}{long} HTTP/1.1", [], {414}),
        ("GET / HTTP/1.1", [f"X: {long}{long}"], {400, 431}),
        ("GET / HTTP/1.1", ["X-Forwarded-Ssl: off", "X-Forwarded-Protocol: http"], {200}),
        ("GET / HTTP/1.1", ["Expect: something"], {200, 417}),
        ("GET / HTTP/9.9", [], {400, 505}),
    ):
        found = raw(
            target.site, "\r\n".join([line, name, *headers, "Connection: close", "", ""]).encode()
        )
        assert found[0] in expected, (line[:20], headers[:1])


def test_events_arrive_as_they_are_made(target: Target) -> None:
    connection = target.site.connect()
    began, arrived = time.monotonic(), []
    connection.request("GET", "/events")
    response = connection.getresponse()
    while line := response.readline():
        if line.startswith(b"data: "):
            arrived.append((line.decode().split()[1], time.monotonic() - began))
    connection.close()
    assert [number for number, _ in arrived] == ["0", "1", "2", "3", "4"]
    for number, (_, seconds) in enumerate(arrived):
        assert number * 0.5 - 0.1 < seconds < number * 0.5 + 1.5
    assert arrived[-1][1] - arrived[0][1] > 1.5


def test_uploads_as_large_as_the_settings_allow_arrive(target: Target, served: int) -> None:
    content = bytes(range(256)) * ((served * 1024**2 - 2000) // 256)
    head, tail = (
        b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n',
        b"\r\n--boundary--\r\n",
    )
    kind = {"Content-Type": "multipart/form-data; boundary=boundary"}
    for chunked in (False, True):
        body = iter([head, content, tail]) if chunked else head + content + tail
        answer = target.site.ask("/upload", "POST", body, kind, timeout=60)
        assert answer.status == 200, answer.body[:200]
        assert answer.json == {
            "length": len(content),
            "digest": hashlib.sha256(content).hexdigest(),
        }
    over = {"Content-Length": str((served + 1) * 1024**2)}
    assert target.site.ask("/upload", "POST", b"x", over).status == 413


def test_nginx_s_own_health_is_told_to_nobody_else(target: Target) -> None:
    site = target.site
    assert site.ask_http(layout.NGINX_HEALTH, host=site.address).status == 404
    assert site.ask_http(layout.NGINX_HEALTH).status in {301, 404}
    assert from_inside(target, 80, layout.NGINX_HEALTH)[0] == 204
