"""Slipway's own containers, as Docker sees them: known by where their compose file stands.

A name proves nothing: somebody else's project may begin with the same word.
"""

import json
from dataclasses import dataclass
from typing import Any

from ..command import Failure, run
from ..config import Host

LABEL = "com.docker.compose"
LIMIT = 30.0  # seconds that Docker may take
FORMAT = (
    '{"id":{{json .Id}},"name":{{json .Name}},"state":{{json .State}},"image":{{json .Image}},'
    '"tag":{{json .Config.Image}},"labels":{{json .Config.Labels}},'
    '"restarts":{{json .RestartCount}}}'
)


@dataclass(frozen=True)
class Container:
    """A container of a compose project."""

    id: str
    name: str
    project: str
    service: str
    directory: str
    """Of the compose file that it was made from."""
    once: bool
    """Whether it runs one command and ends, as a release command does."""
    state: str
    """running, paused, exited, dead, created, restarting or removing."""
    health: str
    """healthy, unhealthy, starting, or empty."""
    pid: int
    """Its first process, as the host sees it; 0 when there is none."""
    started: str
    """When it was started last."""
    restarts: int
    """How often Docker started it again by itself."""
    image: str
    """The id of the image that it was made from."""
    tag: str
    """The name of the image in the compose file."""

    def is_of(self, host: Host) -> bool:
        """Whether its compose file is Slipway's."""
        places = (host.layout.base, host.layout.releases)
        return any(f"{self.directory}/".startswith(f"{place}/") for place in places)


def present(host: Host) -> list[Container]:
    """Slipway's containers, running or not. Raises Failure when Docker does not answer."""
    ids = run(
        *("docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={LABEL}.project"),
        timeout=LIMIT,
    ).split()
    found = map(_container, _inspect(ids))
    return sorted((one for one in found if one.is_of(host)), key=lambda one: one.name)


def tags() -> dict[str, str]:
    """The id of the image that each of Slipway's tags leads to."""
    words = ("docker", "image", "ls", "--no-trunc", "--filter", "reference=slipway/*")
    shown = run(*words, "--format", "{{.Repository}}:{{.Tag}} {{.ID}}", timeout=LIMIT)
    return dict(line.split() for line in shown.splitlines())


def _inspect(ids: list[str]) -> list[dict[str, Any]]:
    """What Docker says of each; one that is removed meanwhile is left out."""
    words = ("docker", "inspect", "--type", "container", "--format", FORMAT)
    try:
        shown = run(*words, *ids, timeout=LIMIT) if ids else ""
    except Failure as failure:
        if "no such" not in str(failure).lower():
            raise
        if len(ids) == 1:
            return []
        return [found for one in ids for found in _inspect([one])]
    return [json.loads(line) for line in shown.splitlines()]


def _container(shown: dict[str, Any]) -> Container:
    labels, state = shown["labels"], shown["state"]
    return Container(
        id=shown["id"],
        name=shown["name"].removeprefix("/"),
        project=labels[f"{LABEL}.project"],
        service=labels.get(f"{LABEL}.service", ""),
        directory=labels.get(f"{LABEL}.project.working_dir", ""),
        once=labels.get(f"{LABEL}.oneoff", "").lower() == "true",
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status", ""),
        pid=state["Pid"],
        started=state["StartedAt"],
        restarts=shown["restarts"],
        image=shown["image"],
        tag=shown["tag"],
    )
