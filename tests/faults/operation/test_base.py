"""nginx and Redis in containers made anew, under load."""

import time

import pytest

from infra.onhost import layout
from infra.onhost.certificates import store
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target, begin, once
from tests.faults.jobs import job_during
from tests.faults.load import CLIENTS, Load
from tests.site import wait_until

pytestmark = pytest.mark.destructive
STANDBY = "docker ps --quiet --filter label=com.docker.compose.project=slipway-bridge"


def since(target: Target, service: str) -> str:
    container = target.container(service)
    return target.run(f"docker inspect --format '{{{{.Id}}}}' {container}")


def started(target: Target, service: str) -> str:
    container = target.container(service)
    return target.run(f"docker inspect --format '{{{{.State.StartedAt}}}}' {container}")


def test_nginx_in_another_container_fails_no_request(target: Target) -> None:
    assert target.deploy().returncode == 0
    old = since(target, "nginx")
    fresh, kept = Load(target.site, 50), Load(target.site, 50, keep_alive=True)
    with fresh.running(), kept.running():
        done = target.deploy(nginx={"memory": "160m"})
        time.sleep(1)
    print(f"new connections {fresh.summary()}, kept ones {kept.summary()}")
    assert done.returncode == 0, done.stderr
    assert since(target, "nginx") != old
    assert (fresh.failures, kept.failures) == ([], [])
    # A client's connection ends with the old nginx, and may end with the one beside it.
    assert len(kept.repeated) <= 2 * CLIENTS, kept.repeated
    assert "nginx was replaced: " in done.stdout + done.stderr
    assert ", 0 failed, longest gap" in target.run("slipway base-cost")
    assert target.run(STANDBY) == ""
    assert target.deploy().returncode == 0


def test_a_changed_configuration_alone_is_loaded_by_the_same_nginx(target: Target) -> None:
    assert target.deploy().returncode == 0
    old = since(target, "nginx")
    assert target.deploy(tls={"profile": "modern"}).returncode == 0
    assert since(target, "nginx") == old
    assert target.run("slipway base-cost") == ""
    assert target.deploy().returncode == 0


def test_a_new_nginx_that_does_not_serve_leaves_the_old_one(target: Target) -> None:
    old = since(target, "nginx")
    load = Load(target.site, 20)
    image = target.run(f"docker inspect --format '{{{{.Image}}}}' {target.container('nginx')}")
    taken = "slipway-bridge-trial-1"  # so the new nginx does not even begin
    target.run(f"docker create --name {taken} {image}")
    try:
        with load.running():
            done = target.deploy(nginx={"memory": "180m"})
    finally:
        target.run(f"docker rm {taken}", check=False)
    assert done.returncode != 0
    assert "the new nginx does not serve, so the old one stays" in done.stdout + done.stderr
    assert since(target, "nginx") == old
    assert load.failures == []
    assert target.run(STANDBY) == ""
    assert target.deploy().returncode == 0


def test_what_a_killed_deploy_left_beside_nginx_ends_by_itself(target: Target) -> None:
    load = Load(target.site, 20)
    with load.running():
        running = begin(target, nginx={"memory": "170m"})
        standby = f"{STANDBY} --filter label=com.docker.compose.service=bridge | grep -q ."
        target.run(f"{once(standby)} && pkill -KILL -f '[o]nhost base-apply'")
        running.communicate()
        assert running.returncode != 0
        wait_until(lambda: target.run(STANDBY) == "", 60)
    assert load.failures == []
    assert target.deploy().returncode == 0


def test_redis_in_another_container_loses_no_job_and_says_how_long_it_was_away(
    target: Target,
) -> None:
    def replace(number: int) -> float:
        done = target.deploy(redis={"memory": f"{300 + number}m"})
        assert done.returncode == 0, done.stderr
        assert (
            "Redis was replaced, and new jobs were refused during the gap: "
            in done.stdout + done.stderr
        )
        print(target.run("slipway base-cost"))
        return float(target.run(f"date --date {started(target, 'redis')} +%s.%N"))

    number, job = job_during(target, replace)
    assert (job["state"], job["result"]) == ("finished", number)
    assert target.deploy().returncode == 0


def test_a_deploy_starts_what_crashes_for_want_of_a_file_that_it_may_read(target: Target) -> None:
    """Neither nginx nor Redis can start, and nothing else of a deploy works without them."""
    key = LAYOUT.tls / target.site.domain / store.KEY
    volume = f"docker volume inspect --format '{{{{.Mountpoint}}}}' {layout.REDIS_VOLUME}"
    kept = target.site.run_job(1)
    target.run(f"rm {key}; chown --recursive root $({volume})/*")
    for service in ("nginx", "redis"):
        pid = f"docker inspect --format '{{{{.State.Pid}}}}' {target.container(service)}"
        target.run(f"kill -9 $({pid})")
    wait_until(lambda: not target.site.works(), 30)
    done = target.deploy()
    assert done.returncode == 0, done.stderr
    wait_until(target.healthy, 60)
    assert target.site.ask(f"/jobs/{kept['id']}").json["state"] == "finished"
