"""What is killed comes back by itself, within what the product promises."""

import time

import pytest

from tests.faults.conftest import Target
from tests.site import wait_until

pytestmark = pytest.mark.destructive

# Seconds, of the promises in the README.
LIMITS = {"nginx": 5, "web": 10, "redis": 10, "worker": 10}


def takes_jobs(target: Target) -> bool:
    return target.site.ask("/background_count/", "POST", {"number": 1}).status == 202


def started(target: Target, container: str) -> str:
    return target.run(f"docker inspect --format '{{{{.State.StartedAt}}}}' {container}")


@pytest.mark.parametrize("service", LIMITS)
def test_a_killed_container_comes_back(target: Target, service: str) -> None:
    container = target.container(service)
    before = started(target, container)
    target.run(f"kill -9 $(docker inspect --format '{{{{.State.Pid}}}}' {container})")

    def back() -> bool:
        running = target.run(f"docker inspect --format '{{{{.State.Running}}}}' {container}")
        again = running == "true" and started(target, container) != before
        return again and target.site.works() and (service != "redis" or takes_jobs(target))

    wait_until(back, LIMITS[service])
    assert target.site.run_job(1, limit=60)["state"] == "finished"


@pytest.mark.parametrize("service", LIMITS)
def test_a_container_that_docker_was_told_to_kill_comes_back(target: Target, service: str) -> None:
    # Docker takes `docker kill` for a wish and restarts nothing: the watchdog does.
    target.run(f"docker kill {target.container(service)}")
    wait_until(target.healthy, 90)
    assert target.site.run_job(1, limit=60)["state"] == "finished"


def test_a_hanging_container_is_restarted_within_a_minute(target: Target) -> None:
    container = target.container("web")
    before = started(target, container)
    pids = target.run(f"docker top {container} -o pid | tail -n +2 | tr '\\n' ' '")
    target.run(f"kill -STOP {pids}")
    wait_until(lambda: started(target, container) != before and target.site.works(), 60)


def test_redis_down_is_503_within_a_second_and_never_an_accepted_job(target: Target) -> None:
    container = target.container("redis")
    target.run(
        f"systemctl stop slipway-watchdog.timer slipway-watchdog.service; docker stop {container}"
    )
    try:
        began = time.monotonic()
        answer = target.site.ask("/background_count/", "POST", {"number": 1})
        took = time.monotonic() - began
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert took < 1
        assert target.site.ask("/healthz").status == 200
    finally:
        target.run(f"docker start {container}; systemctl start slipway-watchdog.timer")
    wait_until(lambda: takes_jobs(target), 30)
    assert target.site.run_job(1, 60)["state"] == "finished"
