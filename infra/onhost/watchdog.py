"""Start what stopped and restart what hangs, since Docker leaves killed and unhealthy alone.

Looks at the base and the current release alone, and at neither while a switch is at work or their
unit is down on purpose.
"""

from . import layout
from .base import standby
from .command import Failure, lock, locked, run, say, succeeds
from .config import Host
from .releases import acceptance, release, retire, traffic, workers
from .services import docker, nginx

STOP_SECONDS = "5"  # a hung process does not hear a signal: no use in waiting for long
STRAY_SECONDS = "30"  # what its worker does not finish in these is run again by another
DOWN = frozenset({"exited", "dead", "created"})


def watch(host: Host) -> None:
    """One look; restarts are written to the journal."""
    if locked(host.layout.lock):
        return
    _settle(host)
    projects = docker.projects()
    if locked(host.layout.lock):  # a switch has begun: its candidate has no unit yet
        return
    _remove_strays(host, projects)
    if layout.ACCEPTANCE_PROJECT in projects:
        acceptance.remove()
    if layout.STANDBY_PROJECT in projects:
        standby.remove_leftover(host)
    for project, unit in _watched(host).items():
        if succeeds("systemctl", "is-active", "--quiet", unit):
            _mend(host, project)


def _settle(host: Host) -> None:
    """Ends what a killed switch has left half done: the current release runs on, and it alone."""
    current = release.current(host)
    if not current:
        return
    if not (_beside(host, current) or _forgotten(current) or _not_loaded(host, current)):
        return
    try:
        with lock(host.layout.lock, "the watchdog"):
            if not traffic.loaded(host, current):
                traffic.load(host, current)  # before another release ends that nginx may pass to
            for other in _beside(host, current):
                say(f"release {other} runs beside the current one: stopping it")
                retire.begin(host, other)
            if _forgotten(current):
                run("systemctl", "enable", "--quiet", release.unit(current))
    except Failure as failure:  # a switch has begun, and does it
        say(str(failure))


def _beside(host: Host, current: str) -> set[str]:
    return release.active(host) - {current} if release.current(host) == current else set()


def _forgotten(current: str) -> bool:
    """Whether it runs and would not start with the host."""
    unit = release.unit(current)
    runs = succeeds("systemctl", "is-active", "--quiet", unit)
    return runs and not succeeds("systemctl", "is-enabled", "--quiet", unit)


def _not_loaded(host: Host, current: str) -> bool:
    """Whether nginx runs and has the routes of another release."""
    return nginx.runs() and not traffic.loaded(host, current)


def _remove_strays(host: Host, projects: set[str]) -> None:
    """Ends releases that nobody wants: after a power cut Docker starts all that ran before it."""
    wanted = {
        release.current(host),
        *release.active(host),
        *release.retiring(),
        *release.stopping(),
    }
    for stray in sorted(set(docker.releases(projects)) - wanted):
        say(f"release {stray} runs but should not: stopping it")
        project = ("--project-name", release.project(stray))
        # With its release command, which has no service in the file of compose that is left.
        down = ("down", "--remove-orphans", "--timeout", STRAY_SECONDS)
        run("docker", "compose", *project, *down)


def remedy(state: str, health: str) -> list[str] | None:
    """The docker command for a container of this state and health; None when it is well."""
    if state in DOWN:
        return ["docker", "start"]
    if health == "unhealthy":
        return ["docker", "restart", "--time", STOP_SECONDS]
    return None


def _watched(host: Host) -> dict[str, str]:
    watched = {layout.BASE_PROJECT: layout.BASE_UNIT}
    if current := release.current(host):
        project = layout.RELEASE_PROJECT.format(release=current)
        watched[project] = layout.RELEASE_UNIT.format(release=current)
    return watched


def _mend(host: Host, project: str) -> None:
    current = release.current(host)
    if project == release.project(current):
        workers.complete(host, current)  # a switch was killed after it had told them to stop
    for container in docker.listed(current):
        command = remedy(container["state"], container["health"])
        if command and container["project"] == project:
            say(f"{container['name']} is {container['status']}: {' '.join(command)}")
            run(*command, container["id"])
