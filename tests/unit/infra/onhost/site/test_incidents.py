"""What befell containers, read from Docker's events as it tells them."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.onhost.command import Failure
from infra.onhost.site import incidents
from infra.onhost.site.incidents import Known
from tests.support.onhost import Host
from tests.support.onhost.servers import on_socket

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC
WEB, WORKER, OTHER = "web", "worker", "other"
ALIVE = (WEB, WORKER)


def event(action: str, container: str = WEB, ago: float = 10, **labels: str) -> dict[str, Any]:
    """An event of Docker's."""
    project = "slipway-old" if container == OTHER else "slipway-a"
    attributes = {
        "com.docker.compose.project": project,
        "com.docker.compose.service": container,
        "name": f"{project}-{container}-1",
    } | labels
    moment = int((NOW - ago) * 1e9)
    return {
        "Action": action,
        "Actor": {"ID": container, "Attributes": attributes},
        "timeNano": moment,
    }


def after(host: Host, known: Known, *events: dict[str, Any], now: float = NOW) -> Known:
    """What is known after a look at these events."""

    def docker(_: int, path: str) -> tuple[int, bytes]:
        asked = urlsplit(path)
        if asked.path == "/events":
            return 200, b"".join(json.dumps(one).encode() + b"\n" for one in events)
        if asked.path == "/containers/json":
            [filters] = parse_qs(asked.query)["filters"]
            ours = json.loads(filters)["label"] == ["com.docker.compose.project=slipway-a"]
            return 200, json.dumps([{"Id": one} for one in ALIVE if ours]).encode()
        return 200, json.dumps({"Id": asked.path.split("/")[2]}).encode()

    with on_socket(host.layout.docker_socket, docker):
        return incidents.noted(host, known, now)


def texts(known: Known) -> list[str]:
    return [one.text for one in incidents.problems(known).values()]


def test_a_process_that_the_kernel_killed_for_memory_is_told_with_the_setting(host: Host) -> None:
    known = after(host, {}, event("oom"), event("oom"), event("die", exitCode="137"))
    [one] = incidents.problems(known).values()
    assert one.text == (
        "slipway-a-web-1 ran out of memory 2 times, last at 07:59 UTC: the kernel killed a process"
        " in it"
    )
    assert one.remedy.startswith("raise web.memory in the settings and deploy")


def test_a_container_that_ended_by_itself_is_told_with_its_exit_code(host: Host) -> None:
    known = after(host, {}, event("die", WORKER, exitCode="1"))
    assert texts(known) == [
        "slipway-a-worker-1 ended by itself once, last at 07:59 UTC, with exit code 1"
    ]
    known = after(host, known, event("die", WORKER, exitCode="2"))
    assert texts(known) == [
        "slipway-a-worker-1 ended by itself 2 times, last at 07:59 UTC, with exit code 2"
    ]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [event("die", exitCode="0")],  # as a worker that has done its number of jobs
        [event("kill", signal="15"), event("die", exitCode="143")],
        [event("kill", signal="15"), event("kill", signal="9"), event("die", exitCode="137")],
        [event("die", OTHER, exitCode="1")],  # of a release that is not live
        [event("oom", OTHER)],
    ],
)
def test_what_was_told_to_end_and_what_is_not_ours_is_no_incident(
    host: Host, events: list[dict[str, Any]]
) -> None:
    assert texts(after(host, {}, *events)) == []


def test_a_container_that_takes_long_to_end_was_told_in_an_earlier_look(host: Host) -> None:
    known = after(host, {}, event("kill", signal="15"))
    assert texts(after(host, known, event("die", exitCode="137"))) == []
    assert texts(after(host, known, event("die", exitCode="137"), event("die", exitCode="1"))) != []


def test_it_is_told_for_a_day_and_not_of_a_container_that_is_gone(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = after(host, {}, event("oom"))
    assert texts(after(host, known, now=NOW + 86000)) != []
    assert texts(after(host, known, now=NOW + 87000)) == []
    monkeypatch.setattr("tests.unit.infra.onhost.site.test_incidents.ALIVE", (WORKER,))
    assert texts(after(host, known)) == []


def test_each_look_begins_where_the_last_one_ended(host: Host) -> None:
    def nothing(_: int, path: str) -> tuple[int, bytes]:
        return 200, b"" if "/events" in path else b"[]"

    with on_socket(host.layout.docker_socket, nothing) as docker:
        first = incidents.noted(host, {}, NOW)
        incidents.noted(host, first, NOW + 60)
    asked = [parse_qs(urlsplit(path).query) for path in docker.asked if "/events" in path]
    spans = [(float(one["since"][0]) - NOW, float(one["until"][0]) - NOW) for one in asked]
    assert spans == [(-300, 0), (0, 60)]


@pytest.mark.parametrize("answer", [(500, b'{"message": "no"}'), (200, b"no JSON")])
def test_a_docker_that_does_not_answer_is_a_failure(host: Host, answer: tuple[int, bytes]) -> None:
    with pytest.raises(Failure, match="Docker does not answer"):
        incidents.noted(host, {}, NOW)
    with (
        on_socket(host.layout.docker_socket, lambda *_: answer),
        pytest.raises(Failure, match="Docker"),
    ):
        incidents.noted(host, {}, NOW)
