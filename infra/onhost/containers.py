"""The containers of the base and of a release, as Docker sees them."""

import json

from . import layout
from .command import run


def listed(release: str) -> list[dict[str, str]]:
    """Name, state, health and what Docker says of the time, for each container."""
    projects = [layout.BASE_PROJECT]
    if release:
        projects.append(layout.RELEASE_PROJECT.format(release=release))
    found = []
    for project in projects:
        label = f"label=com.docker.compose.project={project}"
        for line in run(
            "docker", "ps", "--all", "--filter", label, "--format", "json"
        ).splitlines():
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


def releases() -> list[str]:
    """The releases that have a container, running or not."""
    shown = run("docker", "ps", "--all", "--format", '{{.Label "com.docker.compose.project"}}')
    prefix = layout.RELEASE_PROJECT.format(release="")
    projects = set(shown.split()) - {layout.BASE_PROJECT}
    return sorted(name.removeprefix(prefix) for name in projects if name.startswith(prefix))


def health(status: str) -> str:
    """healthy, unhealthy, starting, or empty, from words like `Up 3 minutes (healthy)`."""
    inside = status.partition("(")[2].partition(")")[0]
    return {"healthy": "healthy", "unhealthy": "unhealthy", "health: starting": "starting"}.get(
        inside, ""
    )
