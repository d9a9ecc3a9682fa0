"""Mends of containers: unpaused, limited anew or replaced, and made where there is none."""

import time
from pathlib import Path
from typing import Any

from ..command import Failure, run, say
from ..config import Host
from ..releases import health, release, workers
from ..running import containers, images, rights
from ..services import compose

HEALTHY_SECONDS = 30  # two checks of its health, and more
STOP_SECONDS = 3600  # a worker finishes its job; its container has a limit of its own


def retag(host: Host) -> None:
    """The tags lead to the images that were built, as far as those are there."""
    for pair in images.retag(host):
        built, tag = pair.split()
        say(f"{tag} leads to the image that was built again")
        run("docker", "image", "tag", built, tag)


def in_place(host: Host, folder: Path) -> set[str]:
    """Mends what needs no other container; the services that need one."""
    project = compose.read(host, folder)
    others = set()
    for fault in containers.faults(host, folder):
        say(f"mending {fault.name}: {'; '.join(fault.said.values())}")
        if not fault.container:
            continue
        if containers.SURPLUS in fault.said:
            run("docker", "stop", fault.container, timeout=STOP_SECONDS)
            run("docker", "rm", "--force", fault.container)
            continue
        if containers.NAME in fault.said:
            run("docker", "rename", fault.container, fault.said[containers.NAME].split()[-1])
        if fault.said.get(containers.STATE) == containers.PAUSED:
            _unpause(fault.container)
        if fault.said.get(containers.STATE) == containers.CRASHES:  # Docker waits for a minute
            run("docker", "restart", "--time", "5", fault.container)
        wrong = set(fault.said) - {containers.STATE, containers.NAME}
        if wrong and not (wrong <= rights.UPDATED and _update(project, fault)):
            others.add(fault.service)
    return others


def _unpause(container: str) -> None:
    """It goes on, and is healthy: compose takes one for broken whose checks failed meanwhile."""
    run("docker", "unpause", container)
    asked = ("docker", "inspect", "--format", "{{.State.Health.Status}}", container)
    deadline = time.monotonic() + HEALTHY_SECONDS
    while run(*asked).strip() != "healthy":
        if time.monotonic() > deadline:
            run("docker", "restart", "--time", "5", container)
            return
        time.sleep(0.5)


def _update(project: compose.Project, fault: containers.Fault) -> bool:
    """Gives a container its limits while it runs; whether Docker could."""
    words = limits(project.services[fault.service])
    try:
        run("docker", "update", *words, fault.container)
    except Failure as failure:
        say(str(failure))
        return False
    return True


def limits(asked: dict[str, Any]) -> list[str]:
    """The options of `docker update` that a service's limits are set by."""
    return [
        *("--memory", str(rights.size(asked.get("mem_limit", 0)))),
        *("--memory-swap", str(rights.size(asked.get("memswap_limit", 0)))),
        *("--pids-limit", str(asked.get("pids_limit", 0))),
        *("--restart", str(asked.get("restart", "no"))),
    ]


def mend_release(host: Host) -> None:
    """The current release has its web and its processes, as its files say, and they are healthy."""
    name = release.current(host)
    if not name or not list(containers.of_release(host)):
        return
    others = in_place(host, release.folder(host, name))
    up = (*release.compose(host, name), "up", "--detach")
    if others:
        run(*up, "--force-recreate", "--no-deps", *sorted(others))
    run(*up, "--no-deps", "web")
    workers.complete(host, name)
    if left := sorted({fault.service for fault in _left(host, name)} - {"web"}):
        run(*up, "--no-deps", "--no-recreate", *left)
    wanted = release.load(host, name)
    health.wait_until_healthy(host, name, wanted)
    workers.wait_until_healthy(host, name, wanted.start_limit)


def _left(host: Host, name: str) -> list[containers.Fault]:
    return containers.faults(host, release.folder(host, name))
