"""What a killed switch, a power cut or a hand has left half done: one release serves, and it alone.

The release that nginx is led to runs on, and others end; but none ends before that one serves.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import layout, manifest
from ..base import standby
from ..command import Failure, run
from ..config import Host
from ..releases import acceptance, history, release, retire, traffic
from ..services import nginx
from ..services.containers import Container
from .fault import DEPLOY, Fault, hopeless

STRAY_SECONDS = "30"  # what its worker does not finish in these is run again by another
ROLLBACK = "To go back to another release: pyinfra inventory.py rollback.py --data release=ID"


@dataclass(frozen=True)
class Releases:
    """The releases of a host, by what their units do."""

    current: str
    running: set[str]
    retiring: set[str]
    stopping: set[str]
    enabled: set[str]

    @property
    def active(self) -> set[str]:
        """Those that run or would start with the host, but for those that are ending."""
        return (self.running | self.enabled) - self.retiring

    @property
    def wanted(self) -> set[str]:
        """Those that may have containers."""
        return {self.current, *self.active, *self.retiring, *self.stopping}


def look(host: Host) -> Releases:
    """The releases as they are now."""
    units = (release.running(), release.retiring(), release.stopping())
    return Releases(release.current(host), *units, release.enabled(host))


def faults(host: Host, found: Releases, containers: list[Container]) -> Iterator[Fault]:
    """What is to be settled now."""
    current = found.current
    loaded = _is_loaded(host, current, containers)
    if current not in found.running:
        yield from _lead_back(host, found, containers)
    else:
        yield from _of_current(host, found, containers, may_end=loaded is not False)
    if loaded is False and current in found.running:
        yield _load(host, current)
    for stray in sorted(_releases(host, containers) - found.wanted):
        end = partial(_take_down, stray)
        yield Fault(f"stray {stray}", f"release {stray} runs but should not", "stopping it", end)
    yield from _leftovers(host, containers)


def _is_loaded(host: Host, current: str, containers: list[Container]) -> bool | None:
    """Whether nginx has the routes of the current release; None when there is nothing to load."""
    lives = [one.started for one in _nginx(containers) if one.state == "running"]
    return traffic.loaded(host, current, lives[0]) if current and lives else None


def _lead_back(host: Host, found: Releases, containers: list[Container]) -> Iterator[Fault]:
    """A release that was live runs, and nginx is led to one that does not."""
    link, current = host.layout.current, found.current
    for name in history.kept(host, len(history.read(host))):
        if name in found.running - found.retiring and _serves(host, name, containers):
            leads = f"leads to release {current}, which does not run" if current else "is no link"
            problem = f"{link} {leads}, while release {name} runs"
            move = partial(_move, host, name)
            lead = f"leading it to release {name}"
            yield Fault("current", problem, lead, move, ROLLBACK, loud=True)
            return


def _move(host: Host, name: str) -> None:
    if host.layout.current.is_dir() and not host.layout.current.is_symlink():
        host.layout.current.rename(host.layout.current.with_name(".current.put-aside"))
    traffic.lead(host, name)  # its routes are looked at after that


def _of_current(
    host: Host, found: Releases, containers: list[Container], *, may_end: bool
) -> Iterator[Fault]:
    current = found.current
    if current not in found.enabled:
        unit = release.unit(current)
        enable = partial(run, "systemctl", "enable", "--quiet", unit)
        yield Fault("enabled", f"{unit} would not start with the host", "enabling it", enable)
    # None ends before the current one serves, and before nginx has the routes to it.
    if not (may_end and _serves(host, current, containers)):
        return
    for other in sorted(found.active - {current}):
        end = partial(retire.begin, host, other)
        problem = f"release {other} runs beside the current one"
        yield Fault(f"beside {other}", problem, "stopping it", end)


def _serves(host: Host, name: str, containers: Iterable[Container]) -> bool:
    """Whether the web server of a release is up and not known to be ill."""
    return any(
        one.project == release.project(name)
        and one.directory == str(release.folder(host, name))
        and one.service == "web"
        and one.state == "running"
        and one.health in {"healthy", ""}
        for one in containers
    )


def _load(host: Host, current: str) -> Fault:
    """nginx has not loaded the current release's routes: it does, unless somebody edited them."""
    if file := edited(host, current):
        problem = f"{file} is not as it was deployed, and is not loaded"
        return hopeless("routes", problem, f"{DEPLOY}; it puts the file back as it was")
    problem = f"nginx has not loaded the routes of release {current}"
    return Fault("routes", problem, "loading them", partial(nginx.reload, host))


def edited(host: Host, current: str) -> str:
    """The file of nginx' that is not as it was deployed and would be loaded; empty for none.

    A host or a release of an earlier version has no manifest: then files count as they are.
    """
    wanted: dict[str, str] = {}
    with contextlib.suppress(Failure):
        wanted |= manifest.load(host.layout.manifest).files
    with contextlib.suppress(Failure):
        wanted |= manifest.of_release(release.folder(host, current))
    routes, nginx_ = str(release.routes(host, current)), f"{host.layout.nginx}/"
    mine = (path for path in sorted(wanted) if path == routes or path.startswith(nginx_))
    return next((path for path in mine if manifest.state(Path(path)) != wanted[path]), "")


def _releases(host: Host, containers: Iterable[Container]) -> set[str]:
    """The releases that have a container, known by where their compose file stands.

    An operator's command, or acceptance tests, run from there in a project of their own.
    """
    return {
        Path(one.directory).name
        for one in containers
        if Path(one.directory).parent == host.layout.releases
        and one.project == release.project(Path(one.directory).name)
    }


def _take_down(stray: str) -> None:
    """With its release command, which has no service in the file of compose that is left."""
    project = ("--project-name", release.project(stray))
    down = ("down", "--remove-orphans", "--timeout", STRAY_SECONDS)
    run("docker", "compose", *project, *down)


def _leftovers(host: Host, containers: Iterable[Container]) -> Iterator[Fault]:
    projects = {one.project for one in containers}
    if layout.ACCEPTANCE_PROJECT in projects:
        text = "a killed switch has left its acceptance tests"
        yield Fault("acceptance", text, "removing them", acceptance.remove)
    # Else the standby may be all that serves.
    healthy = any(one.health == "healthy" for one in _nginx(containers))
    if layout.STANDBY_PROJECT in projects and healthy:
        text = "a killed deploy has left the standby nginx"
        yield Fault("standby", text, "stopping it", partial(standby.remove, host))


def _nginx(containers: Iterable[Container]) -> list[Container]:
    """The container of the base's nginx."""
    base = (one for one in containers if one.project == layout.BASE_PROJECT)
    return [one for one in base if one.service == "nginx"]
