"""What hangs is restarted within a minute; what is slow is not, and a crash loop is told."""

from collections.abc import Callable

import pytest

from infra.compose.services import HEALTH_CHECK
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target, once
from tests.faults.load import asked_steadily
from tests.faults.watchdog.conftest import TRIED, healed, journal, looked
from tests.site import wait_until

pytestmark = pytest.mark.destructive
Told = Callable[[], str]
CRASHES = 6  # more than are told, since some may end one and the same start


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
    folder = LAYOUT.releases / target.release() / HEALTH_CHECK
    check = folder / "onhost" / "web" / "health_check.py"
    target.run(f"cp {check} /root/kept; echo 'raise SystemExit(1)' > {check}")
    try:
        with asked_steadily(target, rate=40) as failures:
            wait_until(lambda: f"{container} is slow and not hung" in journal(target), 180)
            looked(target)
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
    process = f"docker inspect --format '{{{{.State.Pid}}}}' {container}"
    looked(target, 1)
    for _ in range(CRASHES):
        target.run(once(f"test $({process}) != 0 && kill -9 $({process})"))
    wait_until(lambda: f"{container} crashes again and again" in told(), 180)
    healed(target, "a web that crashed again and again", 120)
    looked(target)
    assert told().count("crashes again and again:") == 2  # in the subject and in the text
