"""Start what stopped and restart what hangs, since Docker leaves killed and unhealthy alone.

Looks at the base and the current release alone, and at neither while a switch is at work or their
unit is down on purpose.
"""

import json

from . import layout, release
from .command import locked, run, say, succeeds

STOP_SECONDS = "5"  # a hung process does not hear a signal: no use in waiting for long
DOWN = frozenset({"exited", "dead", "created"})


def watch() -> None:
    """One look; restarts are written to the journal."""
    if locked():
        return
    for project, unit in _watched().items():
        if succeeds("systemctl", "is-active", "--quiet", unit):
            _mend(project)


def remedy(state: str, status: str) -> list[str] | None:
    """The docker command for a container of this state (`docker ps`), or None when it is well."""
    if state in DOWN:
        return ["docker", "start"]
    if "(unhealthy)" in status:
        return ["docker", "restart", "--time", STOP_SECONDS]
    return None


def _watched() -> dict[str, str]:
    watched = {layout.BASE_PROJECT: layout.BASE_UNIT}
    if current := release.current():
        project = layout.RELEASE_PROJECT.format(release=current)
        watched[project] = layout.RELEASE_UNIT.format(release=current)
    return watched


def _mend(project: str) -> None:
    label = f"label=com.docker.compose.project={project}"
    listed = run("docker", "ps", "--all", "--filter", label, "--format", "json")
    for line in listed.splitlines():
        container = json.loads(line)
        command = remedy(container["State"], container["Status"])
        if command:
            say(f"{container['Names']} is {container['Status']}: {' '.join(command)}")
            run(*command, container["ID"])
