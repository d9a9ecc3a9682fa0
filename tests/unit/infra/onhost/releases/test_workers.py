"""Workers at their release's end: told once, and waited for."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.diagnosis.containers import Unwell
from infra.onhost.releases import workers
from tests.support.onhost import Host, new_host
from tests.support.onhost.containers import inspected, put
from tests.support.onhost.stage import step

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        running(host, "one two")
        yield host


def running(host: Host, ids: str, wait: str = "", process: int = 1, ended: str = "") -> None:
    """The docker of a host where these workers of release a run, each as this process.

    A job of theirs may take a second, and three workers are wanted.
    """
    wanted = '{"services": {"worker": {"deploy": {"replicas": 3}}}}'
    host.program(
        "docker",
        f"""case "$*" in ps*--all*project=slipway-a*service=worker*) echo {ids} {ended};;
            ps*project=slipway-a*service=worker*) echo {ids};;
            inspect*StopTimeout*) echo 1;; *config*) echo '{wanted}';;
            inspect*) shift 3; for one; do echo {process}; done;; wait*) {wait or ":"};; esac""",
    )


def told(host: Host) -> list[str]:
    """The workers of each call that told some to stop after their job."""
    calls = [call for call in host.called() if call.startswith("docker kill")]
    assert all("--signal TERM" in call for call in calls)
    return [step(call).removeprefix("docker kill ") for call in calls]


STARTING = inspected("a-worker-2", health="starting", check=(1, "no heartbeat"))
CHECK = "a-worker-2 is running: is-alive now: exit code 1: no heartbeat"


@pytest.mark.parametrize(
    ("others", "problem"),
    [
        ([inspected("a-worker-2")], ""),
        ([STARTING], CHECK),
        ([inspected("a-worker-2", "restarting", check=None)], "a-worker-2 is restarting"),
        ([STARTING, STARTING], f"{CHECK}; {CHECK}"),
    ],
)
def test_workers_that_do_not_become_healthy_are_named_with_their_check_s_words(
    host: Host, others: list[dict[str, Any]], problem: str
) -> None:
    put(host, inspected("a-worker-1"), *others)
    if not problem:
        workers.wait_until_healthy(host, "a", 0)
        return
    with pytest.raises(Unwell) as refused:
        workers.wait_until_healthy(host, "a", 0)
    told = f"the process worker of release a is not healthy after 0 s: {problem}"
    assert str(refused.value) == told
    assert ("processes.worker.health_command" in refused.value.advice) == ("exit code" in problem)


def test_a_release_without_a_worker_is_refused(host: Host) -> None:
    put(host)
    with pytest.raises(Unwell, match="after 0 s: it has no container"):
        workers.wait_until_healthy(host, "a", 0)


def test_a_worker_that_crashes_is_not_waited_for(host: Host) -> None:
    began = time.monotonic()
    put(host, inspected("a-worker-1", "exited", exit_code=1), log="no such queue")
    with pytest.raises(Unwell, match="the process worker of release a has ended: exit code 1"):
        workers.wait_until_healthy(host, "a", 60)
    assert time.monotonic() - began < 10


def test_a_worker_is_told_once_however_often_its_release_ends(host: Host) -> None:
    workers.stop_fetching(host, "a")
    workers.stop_fetching(host, "a")
    workers.drain(host, "a")
    assert told(host) == ["one two"]
    assert host.called()[-1] == "docker wait one two"


def test_a_release_that_ends_without_another_tells_its_workers_too(host: Host) -> None:
    workers.drain(host, "a")
    asked = ("docker ps", "docker inspect")
    done = [step(call) for call in host.called() if not call.startswith(asked)]
    assert done == ["docker kill one two", "docker wait one two"]


def test_a_worker_that_came_later_is_told_and_the_others_are_not_told_again(host: Host) -> None:
    workers.stop_fetching(host, "a")
    running(host, "two three")
    workers.stop_fetching(host, "a")
    assert told(host)[1:] == ["three"]


def test_a_worker_that_was_started_again_is_told_again(host: Host) -> None:
    workers.stop_fetching(host, "a")
    running(host, "one two", process=2)
    workers.stop_fetching(host, "a")
    assert told(host) == ["one two"] * 2


def test_a_job_is_waited_for_no_longer_than_it_may_take(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    running(host, "one", "exec sleep 20")
    workers.drain(host, "a")
    assert "stopped waiting for a job of release a" in capsys.readouterr().err


def test_a_release_without_workers_is_not_waited_for(host: Host) -> None:
    running(host, "")
    workers.drain(host, "a")
    assert all(call.startswith("docker ps") for call in host.called())


def changes(host: Host) -> list[str]:
    """What was done, without what was only asked."""
    asked = ("docker ps", "docker inspect", "docker kill")
    return [call for call in host.called() if not call.startswith(asked) and "config" not in call]


def scaled(host: Host) -> list[str]:
    """How many workers compose was told to have, each time; those that run are left as they are."""
    calls = [call for call in changes(host) if step(call) == "docker compose a up worker"]
    assert all("--no-recreate" in call for call in calls)
    return [call.split("--scale ")[1].split()[0] for call in calls]


def test_workers_that_were_not_told_are_complete(host: Host) -> None:
    workers.complete(host, "a")
    assert changes(host) == []


def test_those_that_only_finish_a_job_are_not_counted(host: Host) -> None:
    workers.stop_fetching(host, "a")
    workers.complete(host, "a")
    assert scaled(host) == ["worker=5"]


def test_those_that_have_ended_are_removed_and_others_take_their_place(host: Host) -> None:
    workers.stop_fetching(host, "a")
    running(host, "two", ended="one other")  # the other was never told: it is Docker's to start
    workers.complete(host, "a")
    assert step(changes(host)[0]) == "docker rm one"
    assert scaled(host) == ["worker=4"]


def test_only_workers_that_take_jobs_need_be_healthy(host: Host) -> None:
    workers.stop_fetching(host, "a")
    put(host, inspected("one", health="unhealthy"), inspected("new"))
    with pytest.MonkeyPatch.context() as on:
        on.setattr(workers, "_draining", lambda *_: (["one"], []))
        workers.wait_until_healthy(host, "a", 0)
