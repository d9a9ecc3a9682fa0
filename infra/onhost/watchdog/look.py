"""All that is not well on the host at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import layout
from ..alerts import guard
from ..command import Failure, run
from ..config import Host
from ..locks import locked
from ..processes import timers
from ..processes.kinds import QUEUE, TIMER
from ..releases import release
from ..services import containers as docker
from ..services.containers import Container
from . import crashes, expected, images, progress, settle, told, units
from .containers import Project
from .fault import DEPLOY, Fault, hopeless
from .memory import Memory
from .progress import Machine, Progress

DOCKER_SECONDS = 60.0  # without an answer; an upgrade of its package is shorter
GUARD_SECONDS = 300.0
MACHINE = "machine"  # among the samples
DOCKER = "docker"


@dataclass(frozen=True)
class Measured:
    """What the containers did since the look before, and how busy the host was."""

    progress: dict[str, Progress]
    machine: Machine


@dataclass(frozen=True)
class Found:
    """What Docker has."""

    containers: list[Container]
    tags: dict[str, str]
    measured: Measured

    def of(self, project: str, folder: Path) -> list[Container]:
        """The containers of one compose project."""
        place = (project, str(folder))
        return [one for one in self.containers if (one.project, one.directory) == place]

    def has_healthy(self, service: str) -> bool:
        """Whether a service of the base is well."""
        base = (one for one in self.containers if one.project == layout.BASE_PROJECT)
        return any((one.service, one.health) == (service, "healthy") for one in base)


@dataclass(frozen=True)
class Look:
    """What was found and measured."""

    faults: list[Fault]
    measured: Measured | None
    """None when Docker does not answer: then nothing is known of the containers."""


def at(host: Host, known: Memory, measured: Measured | None = None) -> Look:
    """One look. A second one in the same moment takes what the first has measured."""
    try:
        present, tags = docker.present(host), docker.tags()
    except Failure as failure:
        return Look(list(_of_docker(host, failure)), None)
    measured = measured or _measure(known, present)
    found = [*_of_guard(host), *_faults(host, known, Found(present, tags, measured))]
    return Look(found, measured)


def _measure(known: Memory, present: list[Container]) -> Measured:
    before = known.samples
    now = {one.id: progress.sample(one.pid) for one in present if one.pid}
    known.samples = {**now, MACHINE: progress.machine_time()}
    found = {name: progress.between(before.get(name), sample) for name, sample in now.items()}
    machine = progress.machine(before.get(MACHINE), known.samples[MACHINE])
    return Measured({name: gained for name, gained in found.items() if gained}, machine)


def _faults(host: Host, known: Memory, found: Found) -> Iterator[Fault]:
    """All parts, each of which may be too broken to be looked at."""
    releases = settle.look(host)
    yield from _part("the releases", settle.faults(host, releases, found.containers))
    yield from _part("the timers", _of_timers(host, releases.current))
    yield from _part("crashes", crashes.faults(known, found.containers))
    for unit in units.watched(releases.current):
        if fault := unit.fault():
            yield fault
        if unit.is_active and unit.name == layout.BASE_UNIT:
            yield from _part("the base", _of_base(host, found))
        elif unit.is_active:
            yield from _part("the release", _of_release(host, releases.current, found))


def _part(name: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    try:
        yield from faults
    except (Failure, OSError) as error:
        yield hopeless(f"look {name}", f"the watchdog cannot look at {name}: {error}")


def _of_timers(host: Host, current: str) -> Iterator[Fault]:
    """Those of the current release, which a killed switch may not have put there."""
    wanted = release.processes_of(host, current, TIMER) if current else []
    if current and (name := timers.differ(host, wanted)):
        mend = partial(timers.follow, host, wanted)
        yield Fault("timers", f"{name} is not as release {current} has it", "putting it", mend)


def _of_base(host: Host, found: Found) -> Iterator[Fault]:
    name, folder = layout.BASE_PROJECT, host.layout.base
    wanted = expected.services(host, folder)
    project = Project(
        name, folder, wanted, found.of(name, folder), _built(host, wanted), found.tags
    )
    return project.faults(found.measured.progress, found.measured.machine)


def _of_release(host: Host, current: str, found: Found) -> Iterator[Fault]:
    name, folder = release.project(current), release.folder(host, current)
    mine, wanted = found.of(name, folder), expected.services(host, folder)
    ending = told.told_to_stop(host, mine)
    counted = [one for one in mine if one not in ending]
    queues = [one.name for one in release.processes_of(host, current, QUEUE)]
    workers = {service: wanted[service] for service in queues if service in wanted}
    if fault := told.fault(host, current, counted, workers, ending):
        yield fault
        wanted = {service: one for service, one in wanted.items() if service not in workers}
    extra = {
        service: sum(one.state == "running" and one.service == service for one in ending)
        for service in workers
    }
    # A worker is not well without Redis, and a restart would cost it its job.
    lost = host.config.redis and not found.has_healthy("redis")
    waiting = frozenset(workers) if lost else frozenset()
    built = _built(host, wanted)
    project = Project(name, folder, wanted, counted, built, found.tags, extra, waiting)
    yield from project.faults(found.measured.progress, found.measured.machine)


def _built(host: Host, wanted: dict[str, expected.Wanted]) -> dict[str, str]:
    return images.built(host, {one.tag for one in wanted.values()})


def _of_docker(host: Host, failure: Failure) -> Iterator[Fault]:
    if locked(host.layout.deploy_lock):  # a deploy may restart it
        return
    start = (
        "systemctl reset-failed docker.service docker.socket;"
        " systemctl restart --no-block docker.socket docker.service"
    )
    problem = f"Docker does not answer: {failure}"
    mend = partial(run, "sh", "-c", start)
    advice = "journalctl -u docker says why"
    yield Fault(DOCKER, problem, "restarting it", mend, advice, DOCKER_SECONDS, loud=True)


def _of_guard(host: Host) -> Iterator[Fault]:
    """The guard looks after the watchdog, and the watchdog after the guard."""
    if guard.age(host.layout.guard_memory) > GUARD_SECONDS:
        start = partial(run, "systemctl", "start", layout.GUARD_TIMER)
        problem = f"{layout.GUARD_TIMER} lets nobody look after watchdog and alerts any more"
        yield Fault("guard", problem, "starting it", start, DEPLOY, 120, loud=True)
