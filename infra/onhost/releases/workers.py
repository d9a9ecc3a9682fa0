"""A release's workers at its end: each is told once to stop after its job, and waited for.

RQ takes the first SIGTERM for that; a second one, as `docker compose down` sends, ends the job.
"""

import json
import time

from ..command import Failure, replace, run, say
from ..config import Host
from ..diagnosis import containers
from ..diagnosis.containers import Container, CrashWatch, Unwell
from ..locks import lock
from ..services import docker
from . import release

SERVICE = "worker"
POLL_SECONDS = 0.2
TELL_SECONDS = 60  # for another one that tells workers to stop
BUSY = "workers are being told to stop"


def wait_until_healthy(host: Host, name: str, limit: int) -> None:
    """Returns once the workers that take jobs are healthy.

    Raises Unwell after `limit` seconds, or once one of them crashes again and again.
    """
    deadline = time.monotonic() + limit
    draining, _ = _draining(host, name)
    watch = CrashWatch(f"the worker of release {name}", SERVICE)
    while True:
        all_workers = containers.of(release.project(name), SERVICE)
        found = [one for one in all_workers if one.id not in draining]
        sick = [one for one in found if (one.state, one.health) != ("running", "healthy")]
        if found and not sick:
            return
        watch.look(found)
        if time.monotonic() > deadline:
            raise _unhealthy(name, limit, sick)
        time.sleep(POLL_SECONDS)


def _unhealthy(name: str, limit: int, sick: list[Container]) -> Unwell:
    words = [f"{one.name} is {one.state}: {one.check}".rstrip(": ") for one in sick]
    reason = "; ".join(words) or "there is no worker"
    advice = "worker.health_command must exit with 0 if the worker works"
    whose = f"the workers of release {name} are not healthy after {limit} s"
    return Unwell(f"{whose}: {reason}", SERVICE, advice if any(one.check for one in sick) else "")


def stop_fetching(host: Host, name: str) -> None:
    """The workers finish their job and take no other; none of them is told a second time.

    A switch, the end of another release and the watchdog may all be at it: one after the other.
    """
    with lock(host.layout.draining_lock, f"the workers of release {name}", TELL_SECONDS, BUSY):
        told = told_to_stop(host)
        processes = _processes(_running(name))
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
    workers = _running(name)
    if workers:
        try:
            run("docker", "wait", *workers, timeout=limit(name))
        except Failure as failure:
            say(f"stopped waiting for a job of release {name}: {failure}")


def limit(name: str) -> int:
    """Seconds that the release gives its workers to finish a job; 0 when it has none."""
    workers = _all(name)
    format_ = ("--format", "{{.Config.StopTimeout}}")
    return max(map(int, run("docker", "inspect", *format_, *workers).split())) if workers else 0


def complete(host: Host, name: str) -> None:
    """The release has as many workers as it wants, besides those that are draining.

    A worker that was told to stop cannot be told to go on: another one takes its place.
    """
    draining, ended = _draining(host, name)
    if ended:
        run("docker", "rm", *ended)
    if draining or ended:
        up = ("up", "--detach", "--no-recreate")
        scale = ("--scale", f"worker={_wanted(host, name) + len(draining)}")
        run(*release.compose(host, name), *up, *scale, "worker")


def _wanted(host: Host, name: str) -> int:
    shown = run(*release.compose(host, name), "config", "--format", "json")
    return int(json.loads(shown)["services"]["worker"]["deploy"]["replicas"])


def _draining(host: Host, name: str) -> tuple[list[str], list[str]]:
    """The workers that were told to stop: those that finish a job, and those that have ended."""
    told = told_to_stop(host)
    running = _running(name)
    containers = {process.partition(":")[0] for process in told}
    draining = [worker for worker, process in _processes(running) if process in told]
    ended = [worker for worker in _all(name) if worker in containers and worker not in running]
    return draining, ended


def _all(name: str) -> list[str]:
    return docker.matching(*docker.service(release.project(name), "worker"), stopped=True)


def _running(name: str) -> list[str]:
    return docker.matching(*docker.service(release.project(name), "worker"))


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
