"""The containers of the base and of a release, as Docker sees them."""

import json

from .. import layout
from ..command import run


def listed(release: str, limit: float = 900) -> list[dict[str, str]]:
    """Name, state, health and what Docker says of the time, for each container.

    Raises Failure when Docker does not answer, within `limit` seconds for each project.
    """
    projects = [layout.BASE_PROJECT]
    if release:
        projects.append(layout.RELEASE_PROJECT.format(release=release))
    found = []
    for project in projects:
        label = f"label=com.docker.compose.project={project}"
        words = ("docker", "ps", "--all", "--filter", label, "--format", "json")
        for line in run(*words, timeout=limit).splitlines():
            shown = json.loads(line)
            found.append(
                {
                    "id": shown["ID"],
                    "project": project,
                    "name": shown["Names"],
                    "state": shown["State"],
                    "health": health(shown["Status"]),
                    "status": shown["Status"],
                }
            )
    return found


def matching(*filters: str, stopped: bool = False) -> list[str]:
    """The ids of containers that match all of docker's filters: those that run, or all."""
    words = [word for one in filters for word in ("--filter", one)]
    return run("docker", "ps", "--quiet", *(["--all"] if stopped else []), *words).split()


def service(project: str, name: str) -> tuple[str, str]:
    """Docker's filters for the containers of a compose project's service."""
    label = "label=com.docker.compose"
    return f"{label}.project={project}", f"{label}.service={name}"


def projects() -> set[str]:
    """The compose projects that have a container, running or not."""
    shown = run("docker", "ps", "--all", "--format", '{{.Label "com.docker.compose.project"}}')
    return set(shown.split())


def releases(found: set[str]) -> list[str]:
    """The releases among compose projects."""
    prefix = layout.RELEASE_PROJECT.format(release="")
    others = {layout.BASE_PROJECT, layout.STANDBY_PROJECT, layout.ACCEPTANCE_PROJECT}
    return sorted(name.removeprefix(prefix) for name in found - others if name.startswith(prefix))


def health(status: str) -> str:
    """healthy, unhealthy, starting, or empty, from words like `Up 3 minutes (healthy)`."""
    inside = status.partition("(")[2].partition(")")[0]
    return {"healthy": "healthy", "unhealthy": "unhealthy", "health: starting": "starting"}.get(
        inside, ""
    )
