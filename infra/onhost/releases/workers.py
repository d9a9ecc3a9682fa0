"""What runs a release's jobs, at its end: each is told once to stop after its job, and waited for.

RQ takes the first SIGTERM for that; a second one, as `docker compose down` sends, ends the job.
"""

import json
import time

from ..command import Failure, replace, run, say
from ..config import Host
from ..diagnosis import containers
from ..diagnosis.containers import Container, CrashWatch, Unwell, setting
from ..locks import lock
from ..processes.kinds import QUEUE, SERVER
from ..services import docker
from . import release

POLL_SECONDS = 0.2
STEADY_SECONDS = 5  # that a process without a health check must have run
TELL_SECONDS = 60  # for another one that tells workers to stop
BUSY = "workers are being told to stop"


def wait_until_healthy(
    host: Host, name: str, limit: int, kinds: tuple[str, ...] = (QUEUE, SERVER)
) -> None:
    """Returns once the processes of these kinds are healthy.

    Raises Unwell after `limit` seconds, or once one of them crashes again and again.
    """
    deadline = time.monotonic() + limit
    services = [one.name for kind in kinds for one in release.processes_of(host, name, kind)]
    for service in services:
        watch = CrashWatch(f"the process {service} of release {name}", service)
        while True:
            draining, ended = _draining(host, name)
            every = containers.of(release.project(name), service)
            found = [one for one in every if one.id not in {*draining, *ended}]
            sick = [one for one in found if not _is_well(one)]
            if found and not sick:
                break
            watch.look(found)
            if time.monotonic() > deadline:
                raise _unhealthy(name, service, limit, sick)
            time.sleep(POLL_SECONDS)


def _is_well(one: Container) -> bool:
    """Whether it runs, and is healthy; without a health check it must have run for a while."""
    if one.state != "running" or one.health:
        return (one.state, one.health) == ("running", "healthy")
    return time.time() - one.started > STEADY_SECONDS


def _unhealthy(name: str, service: str, limit: int, sick: list[Container]) -> Unwell:
    words = [f"{one.name} is {one.state}: {one.check}".rstrip(": ") for one in sick]
    reason = "; ".join(words) or "it has no container"
    advice = f"{setting(service)}.health_command must exit with 0 if the process works"
    whose = f"the process {service} of release {name} is not healthy after {limit} s"
    return Unwell(f"{whose}: {reason}", service, advice if any(one.check for one in sick) else "")


def stop_fetching(host: Host, name: str, only: str = "") -> None:
    """The workers finish their job and take no other; none of them is told a second time.

    All of them, or `only` those of one process.

    A switch, the end of another release and the watchdog may all be at it: one after the other.
    """
    with lock(host.layout.draining_lock, f"the workers of release {name}", TELL_SECONDS, BUSY):
        told = told_to_stop(host)
        processes = _processes(_of(name, only) if only else _running(host, name))
        new = {process: worker for worker, process in processes if process not in told}
        if not new:
            return
        try:
            run("docker", "kill", "--signal", "TERM", *new.values())
        except Failure as failure:  # one that has just ended, or crashes again and again
            say(f"could not tell a worker of release {name} to stop: {failure}")
        lines = "".join(f"{process}\n" for process in sorted({*told, *new}))
        replace(host.layout.draining_workers, lines.encode())


def drain(host: Host, name: str) -> None:
    """Returns when the workers have ended, or after the time that a job of theirs may take."""
    stop_fetching(host, name)
    workers = _running(host, name)
    if workers:
        try:
            run("docker", "wait", *workers, timeout=limit(host, name))
        except Failure as failure:
            say(f"stopped waiting for a job of release {name}: {failure}")


def limit(host: Host, name: str) -> int:
    """Seconds that the release gives its workers to finish a job; 0 when it has none."""
    workers = _all(host, name)
    format_ = ("--format", "{{.Config.StopTimeout}}")
    return max(map(int, run("docker", "inspect", *format_, *workers).split())) if workers else 0


def complete(host: Host, name: str) -> None:
    """The release has as many of each as it wants, besides those that are draining.

    One that was told to stop cannot be told to go on: another one takes its place.
    """
    draining, ended = _draining(host, name)
    if ended:
        run("docker", "rm", *ended)
    if not (draining or ended):
        return
    for service in _services(host, name):
        mine = [one for one in _of(name, service) if one in draining]
        up = ("up", "--detach", "--no-recreate")
        scale = ("--scale", f"{service}={_wanted(host, name, service) + len(mine)}")
        run(*release.compose(host, name), *up, *scale, service)


def _wanted(host: Host, name: str, service: str) -> int:
    shown = run(*release.compose(host, name), "config", "--format", "json")
    return int(json.loads(shown)["services"][service]["deploy"]["replicas"])


def _draining(host: Host, name: str) -> tuple[list[str], list[str]]:
    """The workers that were told to stop: those that finish a job, and those that have ended."""
    told = told_to_stop(host)
    running = _running(host, name)
    containers = {process.partition(":")[0] for process in told}
    draining = [worker for worker, process in _processes(running) if process in told]
    all_ = _all(host, name)
    ended = [worker for worker in all_ if worker in containers and worker not in running]
    return draining, ended


def _services(host: Host, name: str) -> list[str]:
    """The processes of a release that run jobs."""
    return [one.name for one in release.processes_of(host, name, QUEUE)]


def _of(name: str, service: str, *, stopped: bool = False) -> list[str]:
    return docker.matching(*docker.service(release.project(name), service), stopped=stopped)


def _all(host: Host, name: str) -> list[str]:
    return [one for each in _services(host, name) for one in _of(name, each, stopped=True)]


def _running(host: Host, name: str) -> list[str]:
    return [one for each in _services(host, name) for one in _of(name, each)]


def _processes(workers: list[str]) -> list[tuple[str, str]]:
    """Each worker's container with its process, as `container:pid`.

    Docker starts a container anew that has crashed: then another process has to be told.
    """
    if not workers:
        return []
    pids = run("docker", "inspect", "--format", "{{.State.Pid}}", *workers).split()
    pairs = zip(workers, pids, strict=True)
    return [(one, f"{one}:{pid}") for one, pid in pairs if pid != "0"]  # 0: it has ended


def told_to_stop(host: Host) -> set[str]:
    """The processes that were told to stop."""
    file = host.layout.draining_workers
    return set(file.read_text().split()) if file.exists() else set()
