"""Health and acceptance checks: a release passes when it answers as expected; else the reason."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.onhost.command import Failure
from infra.onhost.diagnosis.containers import Unwell
from infra.onhost.releases import health, release
from infra.onhost.releases.release import Check
from infra.onhost.services import sockets
from tests.support.onhost import DOMAIN, Host, new_host, no_listener, wanted
from tests.support.onhost.containers import inspected, put
from tests.support.onhost.servers import Behaviour, always, behind_tls, on_socket
from tests.support.processes import Start, until

# Healthy only once its file says so; asked as nginx would ask.
APPLICATION = """
import pathlib
def application(environ, start_response):
    right = environ["HTTP_HOST"] == "app.example.org" and environ["PATH_INFO"] == "/healthz"
    well = right and pathlib.Path(__file__).with_name("well").exists()
    pathlib.Path(__file__).with_name("asked").touch()
    start_response("200 OK" if well else "503 Not yet", [])
    return [b"said"]
"""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host with the release `new`; nobody waits for long."""
    # The deadlines are tested, not how patient they are.
    monkeypatch.setattr(sockets.ask, "__defaults__", ("localhost", 0.2))
    monkeypatch.setattr(health, "OUTSIDE_SECONDS", 0.3)
    monkeypatch.setattr(health, "POLL_SECONDS", 0.02)
    with new_host() as host:
        host.release("new", "gunicorn")
        put(host, inspected("web-1", health="starting"))
        yield host


def asked_until_healthy(
    host: Host, behaviour: Behaviour, limit: int = 0, path: str = "/healthz"
) -> list[str]:
    """What the release was asked until it was healthy."""
    given = wanted(server="gunicorn", start_limit=limit, health_path=path)
    with on_socket(release.socket(host, "new", "gunicorn"), behaviour) as script:
        health.wait_until_healthy(host, "new", given)
    assert script.hosts == {DOMAIN}
    return script.asked


def test_a_healthy_release_is_asked_once_under_the_site_s_name(host: Host) -> None:
    assert asked_until_healthy(host, always(200)) == ["/healthz"]
    assert asked_until_healthy(host, always(200), path="/up?now") == ["/up?now"]


@pytest.mark.parametrize("ill", [(503, b""), (404, b""), (301, b""), None])
def test_a_release_that_is_slow_to_become_healthy_is_waited_for(
    host: Host,
    ill: tuple[int, bytes] | None,
) -> None:
    assert (
        asked_until_healthy(host, lambda number, _: ill if number < 4 else (200, b""), limit=10)
        == ["/healthz"] * 4
    )


@pytest.mark.parametrize(
    ("answer", "limit", "told"),
    [
        ((500, b"on fire"), 1, "GET /healthz: answered 500, expected 200"),
        ((204, b""), 0, "GET /healthz: answered 204, expected 200"),
        (None, 0, "GET /healthz: timed out"),
    ],
)
def test_a_release_that_stays_ill_is_refused_at_its_limit(
    host: Host, answer: tuple[int, bytes] | None, limit: int, told: str
) -> None:
    began = time.monotonic()
    with pytest.raises(Failure) as failure:
        asked_until_healthy(host, lambda _number, _path: answer, limit=limit)
    assert limit <= time.monotonic() - began < limit + 3
    assert str(failure.value) == f"release new is not healthy after {limit} s: {told}"


NOBODY = r"not healthy after 0 s: GET /healthz: nothing listens at WEB_SOCKET \(uwsgi\.sock\)"


def test_a_release_without_a_socket_is_refused(host: Host) -> None:
    release.socket(host, "new", "uwsgi").unlink(missing_ok=True)
    with pytest.raises(Unwell, match=NOBODY) as refused:
        health.wait_until_healthy(host, "new", wanted(start_limit=0))
    assert refused.value.advice.startswith("the server that web.command starts must listen on")
    assert "/run/web/uwsgi.sock" in refused.value.advice


def test_a_web_server_that_crashes_is_not_waited_for(host: Host) -> None:
    began = time.monotonic()
    put(host, inspected("web-1", "exited", exit_code=22))
    with pytest.raises(Unwell, match="the web server of release new has ended: exit code 22"):
        asked_until_healthy(host, always(503), limit=60)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("status", "told"), [(404, "app.health_path"), (301, "app.health_path"), (500, "")]
)
def test_what_to_do_about_an_answer_is_told(host: Host, status: int, told: str) -> None:
    with pytest.raises(Unwell) as refused:
        asked_until_healthy(host, always(status))
    assert refused.value.advice.startswith(told)
    assert bool(refused.value.advice) == bool(told)


def test_a_real_uwsgi_is_let_through_once_it_is_healthy(host: Host, start: Start) -> None:
    folder = host.calls.parent
    (folder / "wsgi.py").write_text(APPLICATION)
    path = release.socket(host, "new", "uwsgi")
    start({}, "uwsgi", "--socket", str(path), "--wsgi-file", str(folder / "wsgi.py"), "--need-app")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(health.wait_until_healthy, host, "new", wanted(start_limit=20))
        until((folder / "asked").exists, "the release is asked")
        assert not waiting.done()
        (folder / "well").touch()
        waiting.result()
    health.check_inside(host, "new", wanted(checks=[Check("/healthz", 200, "said")]))


CHECKS = [Check("/a", contains="is here"), Check("/b", 404), Check("/c", 302, "moved")]
ANSWERS = {"/healthz": (200, b""), "/a": (200, b"it is here"), "/b": (404, b""),
           "/c": (302, b"moved on")}  # fmt: skip
WRONG = [
    ("/a", (200, b"it was there"), "GET /a: the answer does not contain 'is here'"),
    ("/a", (500, b"it is here"), "GET /a: answered 500, expected 200"),
    ("/b", (200, b""), "GET /b: answered 200, expected 404"),
    ("/c", (302, b""), "GET /c: the answer does not contain 'moved'"),
    ("/c", None, "GET /c: timed out"),
]


def but(path: str, answer: tuple[int, bytes] | None) -> Behaviour:
    """Everything as expected but for one path."""
    return lambda _number, asked: answer if asked == path else ANSWERS[asked]


def test_checks_that_hold_are_asked_once_each(host: Host) -> None:
    given = wanted(server="gunicorn", checks=CHECKS)
    with on_socket(release.socket(host, "new", "gunicorn"), but("", None)) as script:
        health.check_inside(host, "new", given)
    assert script.asked == ["/a", "/b", "/c"]
    health.check_inside(host, "new", wanted(server="gunicorn"))  # no check, nobody to ask


@pytest.mark.parametrize(("path", "answer", "told"), WRONG)
def test_a_check_that_fails_inside_is_named_at_once(
    host: Host, path: str, answer: tuple[int, bytes] | None, told: str
) -> None:
    given = wanted(server="gunicorn", checks=CHECKS)
    with (
        on_socket(release.socket(host, "new", "gunicorn"), but(path, answer)) as script,
        pytest.raises(Failure) as failure,
    ):
        health.check_inside(host, "new", given)
    assert str(failure.value) == f"release new fails a check before traffic moves: {told}"
    assert script.asked.count(path) == 1


def test_outside_the_health_path_is_asked_first_and_old_processes_are_waited_for(
    host: Host,
) -> None:
    with behind_tls(
        host.layout.tls, lambda number, path: (502, b"") if number < 3 else ANSWERS[path]
    ) as (port, script):
        health.check_outside(host.on_port(port), "new", wanted(checks=CHECKS))
    assert script.asked == ["/healthz", "/healthz", "/healthz", "/a", "/b", "/c"]
    assert script.hosts == {DOMAIN}


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [*WRONG[:4], ("/healthz", (502, b""), "GET /healthz: answered 502, expected 200")],
)
def test_a_check_that_fails_outside_is_named(
    host: Host, path: str, answer: tuple[int, bytes], told: str
) -> None:
    with (
        behind_tls(host.layout.tls, but(path, answer)) as (port, script),
        pytest.raises(Failure) as failure,
    ):
        health.check_outside(host.on_port(port), "new", wanted(checks=CHECKS))
    assert str(failure.value) == f"release new fails a check through nginx: {told}"
    assert script.asked.count(path) > 1


def test_a_site_that_nobody_serves_fails(host: Host) -> None:
    with no_listener() as port, pytest.raises(Failure, match=r"GET /healthz: .*refused"):
        health.check_outside(host.on_port(port), "new", wanted())
