"""Containers: each is there, runs, from this image, and may do what its compose file says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import Host
from ..difference import Difference
from ..releases import release
from ..services import compose, engine
from ..services.compose import Project
from . import images, rights

LABEL = "com.docker.compose"
MISSING, STATE, SURPLUS, NAME = "missing", "state", "surplus", "name"
PAUSED = "is paused"
CRASHES = "crashes again and again"


@dataclass(frozen=True)
class Fault:
    """A container that is not as it shall be, or is not there."""

    project: str
    service: str
    name: str
    """Of the container, or of the service that lacks one."""
    container: str
    """Its id; empty when it is missing."""
    said: dict[str, str]
    """What differs: `state`, `image`, `configuration`, or Docker's name for it."""

    @property
    def differences(self) -> list[Difference]:
        """In words."""
        return [Difference(self.name, text) for text in self.said.values()]


def of_base(host: Host) -> Iterator[Difference]:
    """Of nginx and Redis."""
    for fault in faults(host, host.layout.base):
        yield from fault.differences


def of_release(host: Host) -> Iterator[Difference]:
    """Of the current release's web and its other processes."""
    if current := release.current(host):
        for fault in faults(host, release.folder(host, current)):
            yield from fault.differences


def faults(host: Host, folder: Path) -> list[Fault]:
    """All of the containers of the compose project in this directory."""
    project = compose.read(host, folder)
    found = engine.containers(host, project.name)
    told = host.layout.draining_workers
    draining = set(told.read_text().split()) if told.exists() else set()
    running = [one for one in found if not (_draining(one, draining) or _once(one))]
    wanted = list(_wanted(project))
    others = [one for one in running if _label(one, "service") not in wanted]
    surplus = [_surplus(project, one, "is not in its compose file") for one in others]
    return [*(fault for name in wanted for fault in _of(host, project, name, running)), *surplus]


def _once(container: dict[str, Any]) -> bool:
    """Whether somebody runs one command in it, as `slipway run` does."""
    return _label(container, "oneoff") == "True"


def _label(container: dict[str, Any], name: str) -> str:
    return str(container["Config"]["Labels"].get(f"{LABEL}.{name}", ""))


def _surplus(project: Project, container: dict[str, Any], text: str) -> Fault:
    name = container["Name"].lstrip("/")
    return Fault(project.name, _label(container, "service"), name, container["Id"], {SURPLUS: text})


def _draining(container: dict[str, Any], told: set[str]) -> bool:
    """Whether it is a worker that was told to stop after its job, or one that has done so."""
    process = container["State"]["Pid"]
    named = [mark for mark in told if container["Id"].startswith(mark.partition(":")[0])]
    return bool(named) and (not process or any(mark.endswith(f":{process}") for mark in named))


def _wanted(project: Project) -> Iterator[str]:
    return (name for name, asked in project.services.items() if not asked.get("profiles"))


def _of(
    host: Host, project: Project, service: str, running: list[dict[str, Any]]
) -> Iterator[Fault]:
    asked = project.services[service]
    count = int((asked.get("deploy") or {}).get("replicas", 1))
    mine = [one for one in running if _label(one, "service") == service]
    for _ in range(count - len(mine)):
        name = f"{project.name}-{service}"
        yield Fault(project.name, service, name, "", {MISSING: "has no container"})
    image = images.wanted(host, asked["image"])
    for container in mine[count:]:
        yield _surplus(project, container, "is one too many")
    for container in mine[:count]:
        said = _state(container)
        if container["Image"] != image:
            said["image"] = f"runs another image than {asked['image']}"
        if container["Name"] != f"/{(name := own_name(project, container))}":
            said[NAME] = f"shall be called {name}"
        if _label(container, "config-hash") != project.hashes[service]:
            said["configuration"] = "was made from another compose file"
        said |= rights.wrong(project, service, container)
        if not said:
            said = rights.held_by_the_kernel(container)
        if said:
            name = container["Name"].lstrip("/")
            yield Fault(project.name, service, name, container["Id"], said)


def own_name(project: Project, container: dict[str, Any]) -> str:
    """The name that compose gives a container."""
    return f"{project.name}-{_label(container, 'service')}-{_label(container, 'container-number')}"


def _state(container: dict[str, Any]) -> dict[str, str]:
    state = container["State"]
    for key, words in (("Paused", PAUSED), ("Restarting", CRASHES)):
        if state[key]:
            return {STATE: words}
    return {} if state["Running"] else {STATE: f"does not run: it is {state['Status']}"}
