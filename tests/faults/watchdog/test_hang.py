"""What hangs is restarted within a minute; what is slow is not, and a crash loop is told."""

import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import Target
from tests.faults.watchdog.conftest import healed, journal
from tests.site import wait_until

pytestmark = pytest.mark.destructive
Told = Callable[[], str]


def started(target: Target, container: str) -> str:
    return target.run(f"docker inspect --format '{{{{.State.StartedAt}}}}' {container}")


@pytest.mark.parametrize("service", ["nginx", "redis", "web", "worker"])
def test_a_stopped_process_is_found_and_restarted(target: Target, told: Told, service: str) -> None:
    container = target.container(service)
    before = started(target, container)
    pids = target.run(f"docker top {container} -o pid | tail -n +2 | tr '\\n' ' '")
    target.run(f"kill -STOP {pids}")

    def again() -> bool:
        return started(target, container) != before and target.site.works()

    healed(target, f"{service} stopped by a signal", 60, again)
    wait_until(target.healthy, 60)
    assert target.site.run_job(1, 60)["state"] == "finished"
    assert told() == ""


def test_a_slow_web_is_given_time_and_not_restarted(target: Target, told: Told) -> None:
    """It has so little of the processor that its health checks fail."""
    container = target.container("web")
    before = started(target, container)
    target.run(f"docker update --cpus 0.02 {container}")
    try:
        pids = f"$(docker top {container} -o pid | tail -n +2)"
        wait_until(lambda: not target.site.works(), 60)
        wait_until(lambda: "is slow and not hung" in journal(target), 240)
        print([line for line in journal(target).splitlines() if "slow" in line], pids)
        time.sleep(30)
        assert started(target, container) == before
    finally:
        target.run(f"docker update --cpus 0 {container}")
    healed(target, "a slow web", 90)
    assert started(target, container) == before
    assert told() == ""


def test_a_crash_loop_is_told_once(target: Target, told: Told) -> None:
    container = target.container("web")
    kill = f"kill -9 $(docker inspect --format '{{{{.State.Pid}}}}' {container})"
    for _ in range(6):
        target.run(kill, check=False)
        time.sleep(4)
    wait_until(lambda: f"{container} crashes again and again" in told(), 60)
    healed(target, "a web that crashed six times", 90)
    time.sleep(25)
    assert told().count("crashes again and again:") == 2  # in the subject and in the text
