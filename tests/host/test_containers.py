"""Each container runs with no more than it needs."""

import time
from typing import Any

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, megabytes
from tests.site import wait_until

Containers = dict[str, dict[str, Any]]


def health(host: Host, containers: Containers) -> dict[str, str]:
    shown = host.check_output(
        "docker inspect --format '{{.State.Health.Status}}' " + " ".join(containers)
    )
    return dict(zip(containers, shown.split(), strict=True))


def test_every_container_is_up_and_healthy(host: Host, containers: Containers) -> None:
    deadline = time.monotonic() + 60
    while "starting" in (states := health(host, containers)).values():  # as after a deploy
        assert time.monotonic() < deadline, states
        time.sleep(1)
    assert set(states.values()) == {"healthy"}, states


def test_no_other_container_of_slipway_runs(
    host: Host, containers: Containers, settings: Settings
) -> None:
    releases = host.file(str(LAYOUT.releases)).listdir()
    projects = {layout.RELEASE_PROJECT.format(release=name) for name in releases}
    shown = '{{.Label "com.docker.compose.project"}} {{.Names}}'

    def alone() -> bool:
        lines = host.check_output("docker ps --format %s", shown).splitlines()
        rows = [line.rpartition(" ") for line in lines]
        running = {name for of, _, name in rows if of in {layout.BASE_PROJECT, *projects}}
        return running == set(containers)

    # The last release's worker may have a job to finish before it ends.
    wait_until(alone, settings.longest_job + 60)


def test_every_container_is_hardened(containers: Containers) -> None:
    for name, container in containers.items():
        config = container["HostConfig"]
        assert config["ReadonlyRootfs"], name
        assert config["CapDrop"] == ["ALL"], name
        assert not config["CapAdd"], name
        assert not config["Privileged"], name
        assert "no-new-privileges:true" in config["SecurityOpt"], name
        assert config["PidsLimit"] > 0, name
        assert config["Init"], name
        assert config["RestartPolicy"]["Name"] == "unless-stopped", name
        assert "noexec" in config["Tmpfs"]["/tmp"], name
        assert config["LogConfig"]["Type"] == "journald", name


def test_no_container_runs_as_root_or_sees_dockers_socket(
    host: Host, containers: Containers
) -> None:
    for name, container in containers.items():
        uid = container["Config"]["User"].split(":")[0]
        assert int(uid) >= layout.APP_UID, name
        assert host.check_output("ps -o uid= -p %s", str(container["State"]["Pid"])).strip() == uid
        assert not any("docker.sock" in mount["Source"] for mount in container["Mounts"]), name


def test_memory_is_limited_as_set_and_swap_adds_a_megabyte(
    containers: Containers, settings: Settings
) -> None:
    limits = {
        "nginx": settings.nginx.memory,
        "redis": settings.redis.memory,
        "web": settings.web.memory,
        **{name: one.memory for name, one in settings.lasting.items()},
    }
    for name, container in containers.items():
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        limit = megabytes(limits[service]) * 1024 * 1024
        assert container["HostConfig"]["Memory"] == limit, name
        assert container["HostConfig"]["MemorySwap"] == limit + 1024 * 1024, name


def test_web_and_processes_run_the_same_image(containers: Containers) -> None:
    images = {c["Image"] for name, c in containers.items() if layout.BASE_PROJECT not in name}
    assert len(images) == 1


def test_a_process_may_finish_its_job_before_it_is_stopped(
    containers: Containers, settings: Settings
) -> None:
    for container in containers.values():
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        if service in settings.lasting and settings.processes[service].kind != "server":
            limit = settings.processes[service].seconds_to_stop
            assert container["Config"]["StopTimeout"] >= limit


def test_redis_keeps_what_was_acknowledged_and_refuses_when_full(
    host: Host, settings: Settings
) -> None:
    if not settings.redis.enabled:
        pytest.skip("this application has no Redis")
    shown = host.file(str(LAYOUT.base / "redis" / "redis.conf")).content_string
    assert "appendonly yes" in shown
    assert "maxmemory-policy noeviction" in shown
    files = host.check_output(
        "ls $(docker volume inspect --format '{{.Mountpoint}}' %s)/appendonlydir",
        layout.REDIS_VOLUME,
    )
    assert "appendonly.aof.manifest" in files
    assert f"maxmemory {int(megabytes(settings.redis.memory) * 0.6)}mb" in shown
