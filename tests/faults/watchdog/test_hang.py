"""What hangs is restarted within a minute; what is slow is not, and a crash loop is told."""

import time
from collections.abc import Callable

import pytest

from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.faults.load import asked_steadily
from tests.faults.watchdog.conftest import TRIED, healed, journal
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
    assert TRIED not in told()


def test_a_web_that_works_is_slow_and_not_restarted(target: Target, told: Told) -> None:
    """Its health check fails, and it answers all the same: as on a host that is much too busy."""
    container = target.container("web")
    before = started(target, container)
    check = LAYOUT.releases / target.release() / "health_check.py"
    target.run(f"cp {check} /root/kept; echo 'raise SystemExit(1)' > {check}")
    try:
        with asked_steadily(target, rate=40) as failures:
            wait_until(lambda: f"{container} is slow and not hung" in journal(target), 120)
            time.sleep(60)
        print([line for line in journal(target).splitlines() if "slow" in line][-1])
        assert failures == []
        assert started(target, container) == before
    finally:
        target.run(f"cat /root/kept > {check}")
    healed(target, "a slow web", 120)
    assert started(target, container) == before
    assert TRIED not in told()


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
