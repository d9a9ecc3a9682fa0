"""A candidate's containers: when there is no hope left, and what a person is shown of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.diagnosis import containers
from infra.onhost.diagnosis.containers import CrashWatch, Unwell
from tests.support.onhost import Host, new_host
from tests.support.onhost.containers import inspected, put

IMPORT_ERROR = """\
starting
Traceback (most recent call last):
  File "/srv/app/wsgi.py", line 5, in <module>
    from flask_cors import CORS
ModuleNotFoundError: No module named 'flask_cors'
"""


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def watched(host: Host, *looks: dict[str, Any], log: str = "") -> str:
    """What is said after these looks at one container; nothing while there is hope."""
    watch = CrashWatch("the worker of release a", "worker")
    try:
        for look in looks:
            put(host, look, log=log)
            watch.look(containers.of("slipway-a", "worker"))
    except Unwell as unwell:
        return f"{unwell} ({unwell.advice})" if unwell.advice else str(unwell)
    return ""


def crashed(restarts: int, **more: Any) -> dict[str, Any]:
    return inspected("w-1", "restarting", "starting", restarts=restarts, exit_code=3, **more)


def test_a_container_that_crashes_again_and_again_is_hopeless(host: Host) -> None:
    assert watched(host, crashed(0), crashed(1), crashed(2)) == ""
    told = "the worker of release a crashes again and again: exit code 3"
    assert watched(host, crashed(0), crashed(3)) == told
    short = inspected("w-1", restarts=3)  # it happens to run whenever one looks
    assert watched(host, inspected("w-1"), short) == told.partition(":")[0]


def test_crashes_of_earlier_days_do_not_count(host: Host) -> None:
    old = inspected("w-1", restarts=40)
    assert watched(host, old, old, inspected("w-1", restarts=42)) == ""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "has ended: exit code 127"),
        ({"Error": "exec: no-such: not found"}, "has ended: exec: no-such: not found"),
        ({"OOMKilled": True}, "has ended: it needs more memory than processes.worker.memory"
         " allows (raise processes.worker.memory)"),
    ],
)  # fmt: skip
def test_one_that_is_not_started_again_is_hopeless_at_once(
    host: Host, more: dict[str, Any], told: str
) -> None:
    ended = inspected("w-1", "exited", exit_code=127, **more)
    assert watched(host, ended) == f"the worker of release a {told}"


def test_the_exception_that_ended_it_is_the_reason(host: Host) -> None:
    told = watched(host, crashed(0), crashed(3), log=IMPORT_ERROR)
    assert told == (
        "the worker of release a crashes again and again: ModuleNotFoundError: No module named"
        " 'flask_cors' (/srv/app/wsgi.py, line 5) (if flask_cors is a package, add it to the lock"
        " file in app.requirements and deploy again)"
    )


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ((1, "no heartbeat\n"), "is-alive now: exit code 1: no heartbeat"),
        ((3, ""), "is-alive now: exit code 3: it printed nothing"),
        ((-1, "Health check exceeded timeout (10s)"),
         "is-alive now: Health check exceeded timeout (10s)"),
        ((1, "\x1b[31mone\x1b[0m\ntwo"), "is-alive now: exit code 1: one / two"),
        (None, ""),
    ],
)  # fmt: skip
def test_the_health_command_s_words_are_kept(
    host: Host, check: tuple[int, str] | None, words: str
) -> None:
    put(host, inspected("w-1", health="unhealthy", check=check))
    [found] = containers.of("slipway-a", "worker")
    assert found.check == words


def test_a_container_without_a_health_check_has_no_words(host: Host) -> None:
    bare = inspected("w-1")
    del bare["State"]["Health"], bare["Config"]
    put(host, bare)
    [found] = containers.of("slipway-a", "worker")
    assert (found.health, found.check) == ("", "")


def shown(host: Host, log: str, reason: str = "it is not healthy") -> list[str]:
    put(host, inspected("w-1"), log=log)
    return containers.evidence("slipway-a", "web", reason)


def test_a_person_sees_the_exception_and_where_it_comes_from(host: Host) -> None:
    frames = ['  File "/srv/app/wsgi.py", line 5, in <module>', "    from flask_cors import CORS"]
    summary = "ModuleNotFoundError: No module named 'flask_cors' (/srv/app/wsgi.py, line 5)"
    assert shown(host, IMPORT_ERROR) == [f"web says: {summary}", *frames]
    assert shown(host, IMPORT_ERROR, f"it crashes: {summary}") == frames  # it is said already


def test_a_person_sees_the_last_lines_where_there_is_no_exception(host: Host) -> None:
    log = "".join(f"line {n}\n" for n in range(40)) + '{"level": "INFO", "message": "\x1b[1mup"}\n'
    assert shown(host, log) == [
        "The last log lines of web:",
        *(f"  line {n}" for n in range(29, 40)),
        "  up",
    ]


def test_nothing_said_is_told(host: Host) -> None:
    assert shown(host, "") == ["the log of web is empty"]
    put(host)
    assert containers.evidence("slipway-a", "web", "") == ["the log of web is empty"]
