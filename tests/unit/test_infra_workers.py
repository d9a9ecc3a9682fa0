"""Workers at their release's end: told once, and waited for."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost import workers
from infra.onhost.command import Failure
from tests.unit.onhost import Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        running(host, "one two")
        yield host


def running(host: Host, ids: str, wait: str = "", process: int = 1) -> None:
    """The docker of a host where these workers of release a run, each as this process."""
    host.program(
        "docker",
        f'case "$*" in *project=slipway-a*service=worker*) echo {ids};;'
        f" inspect*) shift 3; for one; do echo {process}; done;; wait*) {wait or ':'};; esac",
    )


def told(host: Host) -> list[str]:
    return [call for call in host.called() if call.startswith("docker kill")]


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        ("a-worker-1: Up 3 seconds (healthy)", ""),
        ("", "there is none"),
        (
            "a-worker-1: Up 3 seconds (healthy)\\na-worker-2: Restarting (1) 2 seconds ago",
            "a-worker-2: Restarting (1) 2 seconds ago",
        ),
        ("a-worker-1: Up 2 seconds (health: starting)", "a-worker-1: Up 2 seconds (health: star"),
    ],
)
def test_workers_that_do_not_become_healthy_are_named(host: Host, shown: str, problem: str) -> None:
    host.program("docker", f"printf '{shown}'")
    if not problem:
        workers.wait_until_healthy("a", 0)
        return
    with pytest.raises(Failure) as refused:
        workers.wait_until_healthy("a", 0)
    told = f"the workers of release a are not healthy after 0 s: {problem}"
    assert str(refused.value).startswith(told)


def test_a_worker_is_told_once_however_often_its_release_ends(host: Host) -> None:
    workers.stop_fetching("a")
    workers.stop_fetching("a")
    workers.drain("a", 5)
    assert told(host) == ["docker kill --signal TERM one two"]
    assert host.called()[-1] == "docker wait one two"


def test_a_release_that_ends_without_another_tells_its_workers_too(host: Host) -> None:
    workers.drain("a", 5)
    assert [
        call for call in host.called() if not call.startswith(("docker ps", "docker inspect"))
    ] == [
        "docker kill --signal TERM one two",
        "docker wait one two",
    ]


def test_a_worker_that_came_later_is_told_and_the_others_are_not_told_again(host: Host) -> None:
    workers.stop_fetching("a")
    running(host, "two three")
    workers.stop_fetching("a")
    assert told(host)[1:] == ["docker kill --signal TERM three"]


def test_a_worker_that_was_started_again_is_told_again(host: Host) -> None:
    workers.stop_fetching("a")
    running(host, "one two", process=2)
    workers.stop_fetching("a")
    assert told(host) == ["docker kill --signal TERM one two"] * 2


def test_a_job_is_waited_for_no_longer_than_it_may_take(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    running(host, "one", "exec sleep 20")
    workers.drain("a", 1)
    assert "a job of release a is not waited for any longer" in capsys.readouterr().err


def test_a_release_without_workers_is_not_waited_for(host: Host) -> None:
    running(host, "")
    workers.drain("a", 5)
    assert all(call.startswith("docker ps") for call in host.called())
