"""What is removed, paused or renamed by hand is there again within a minute, by itself."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import Target
from tests.faults.watchdog.conftest import TRIED, healed, looked
from tests.site import wait_until

pytestmark = pytest.mark.destructive
SERVICES = ("nginx", "redis", "web", "worker")
Told = Callable[[], str]


@pytest.mark.parametrize("service", SERVICES)
def test_a_removed_container_is_made_again(target: Target, told: Told, service: str) -> None:
    kept = target.site.run_job(1)
    target.run(f"docker rm --force {target.container(service)}")
    healed(target, f"{service} removed", 60)
    assert target.site.ask(f"/jobs/{kept['id']}").json["state"] == "finished"
    assert target.site.run_job(1, 60)["state"] == "finished"
    assert TRIED not in told()


def test_all_containers_are_made_again(target: Target, told: Told) -> None:
    target.run("docker rm --force $(docker ps --all --quiet)")
    healed(target, "all containers removed", 60)
    assert target.site.run_job(1, 60)["state"] == "finished"
    assert TRIED not in told()


@pytest.mark.parametrize("service", SERVICES)
def test_a_paused_container_goes_on(target: Target, told: Told, service: str) -> None:
    target.run(f"docker pause {target.container(service)}")
    healed(target, f"{service} paused", 60)
    assert TRIED not in told()


@pytest.mark.parametrize("how", ["moved", "removed"])
def test_a_tag_leads_to_its_image_again(target: Target, told: Told, how: str) -> None:
    inspect = "docker inspect --format"
    tag = target.run(f"{inspect} '{{{{.Config.Image}}}}' {target.container('web')}")
    image = target.run(f"{inspect} '{{{{.Image}}}}' {target.container('web')}")
    other = target.run(f"{inspect} '{{{{.Image}}}}' {target.container('redis')}")
    moved = f"docker tag {other} {tag}"
    target.run(moved if how == "moved" else f"docker rmi --no-prune --force {tag}")
    leads = f"docker image inspect --format '{{{{.Id}}}}' {tag}"
    healed(target, f"tag {how}", 60, lambda: target.run(leads, check=False) == image)
    assert TRIED not in told()


def test_what_is_somebody_else_s_is_left_alone(target: Target, told: Told) -> None:
    """A project whose name begins like Slipway's own, as the development stack's does."""
    image = target.run(f"docker inspect --format '{{{{.Image}}}}' {target.container('redis')}")
    file = (
        "name: slipway-development\\nservices:\\n"
        f"  web: {{image: '{image}', container_name: slipway-web, command: [sleep, '600']}}\\n"
    )
    target.run(f'mkdir -p /root/theirs; printf "{file}" > /root/theirs/compose.yaml')
    compose = "docker compose --project-directory /root/theirs"
    target.run(f"{compose} up --detach")
    try:
        looked(target)
        assert target.run("docker inspect --format '{{.State.Status}}' slipway-web") == "running"
        target.run("docker stop --time 0 slipway-web")
        looked(target)
        assert target.run("docker inspect --format '{{.State.Status}}' slipway-web") == "exited"
    finally:
        target.run(f"{compose} down --timeout 0; rm -r /root/theirs")
    assert TRIED not in told()


def test_without_images_a_person_is_told_once_and_a_deploy_brings_all_back(
    target: Target, told: Told
) -> None:
    kept = target.site.run_job(1)
    target.run("docker rm --force $(docker ps --all --quiet); docker system prune --all --force")
    wait_until(lambda: "and so is its image slipway/" in told(), 180)
    done = target.deploy()
    assert done.returncode == 0, done.stderr
    healed(target, "all pruned and deployed", 60)
    assert target.site.ask(f"/jobs/{kept['id']}").json["state"] == "finished"
    assert target.site.run_job(1, 60)["state"] == "finished"
    subjects = [line for line in told().splitlines() if line.startswith("web is missing")]
    assert len([line for line in subjects if f" on {target.name}" in line]) == 1
