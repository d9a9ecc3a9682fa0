"""A release's workers at its end: each is told once to stop after its job, and waited for.

RQ takes the first SIGTERM for that; a second one, as `docker compose down` sends, ends the job.
"""

import json
import time

from .. import layout
from ..command import Failure, replace, run, say
from ..services import docker
from . import release

POLL_SECONDS = 0.2


def wait_until_healthy(name: str, limit: int) -> None:
    """Returns once the workers that take jobs are healthy. Raises Failure after `limit` seconds."""
    words = [word for one in docker.service(release.project(name), "worker")
             for word in ("--filter", one)]  # fmt: skip
    deadline = time.monotonic() + limit
    leaving, _ = _leaving(name)
    while True:
        shown = run("docker", "ps", "--all", *words, "--format", "{{.ID}} {{.Names}}: {{.Status}}")
        found = [line.split(maxsplit=1)[1] for line in shown.splitlines()
                 if line.split()[0] not in leaving]  # fmt: skip
        sick = [line for line in found if docker.health(line) != "healthy"]
        if found and not sick:
            return
        if time.monotonic() > deadline:
            raise Failure(f"the workers of release {name} are not healthy after {limit} s:"
                          f" {'; '.join(sick) or 'there is none'}")  # fmt: skip
        time.sleep(POLL_SECONDS)


def stop_fetching(name: str) -> None:
    """The workers finish their job and take no other; they are not told again."""
    told = _told()
    new = {word: worker for worker, word in _lives(_running(name)) if word not in told}
    if new:
        try:
            run("docker", "kill", "--signal", "TERM", *new.values())
        except Failure as failure:  # one that has just ended, or crashes again and again
            say(f"a worker of release {name} was not told to end: {failure}")
        replace(layout.TOLD, "".join(f"{word}\n" for word in sorted({*told, *new})).encode())


def drain(name: str) -> None:
    """Returns when the workers have ended, or after the time that a job of theirs may take."""
    stop_fetching(name)
    workers = _running(name)
    if workers:
        try:
            run("docker", "wait", *workers, timeout=limit(name))
        except Failure as failure:
            say(f"a job of release {name} is not waited for any longer: {failure}")


def limit(name: str) -> int:
    """Seconds that the release gives its workers to finish a job; 0 when it has none."""
    workers = _all(name)
    format_ = ("--format", "{{.Config.StopTimeout}}")
    return max(map(int, run("docker", "inspect", *format_, *workers).split())) if workers else 0


def complete(name: str) -> None:
    """The release has as many workers as it wants, besides those that only finish a job.

    It has such when it was told to end and is to go on: they cannot be told otherwise.
    """
    busy, ended = _leaving(name)
    if ended:
        run("docker", "rm", *ended)
    if busy or ended:
        scale = f"worker={_wanted(name) + len(busy)}"
        run("docker", "compose", "--project-directory", release.folder(name), "up", "--detach",
            "--no-recreate", "--scale", scale, "worker")  # fmt: skip


def _wanted(name: str) -> int:
    shown = run("docker", "compose", "--project-directory", release.folder(name), "config",
                "--format", "json")  # fmt: skip
    return int(json.loads(shown)["services"]["worker"]["deploy"]["replicas"])


def _leaving(name: str) -> tuple[list[str], list[str]]:
    """The workers that were told to end: those that finish a job, and those that have ended."""
    told = _told()
    running = _running(name)
    ids = {word.partition(":")[0] for word in told}
    busy = [worker for worker, word in _lives(running) if word in told]
    return busy, [worker for worker in _all(name) if worker in ids and worker not in running]


def _all(name: str) -> list[str]:
    return docker.matching(*docker.service(release.project(name), "worker"), stopped=True)


def _running(name: str) -> list[str]:
    return docker.matching(*docker.service(release.project(name), "worker"))


def _lives(workers: list[str]) -> list[tuple[str, str]]:
    """Each worker with a word for its life: a container that is started again has to be told again.

    As Docker starts those that crash.
    """
    if not workers:
        return []
    processes = run("docker", "inspect", "--format", "{{.State.Pid}}", *workers).split()
    lives = zip(workers, processes, strict=True)
    return [(one, f"{one}:{process}") for one, process in lives if process != "0"]  # 0: has ended


def _told() -> set[str]:
    return set(layout.TOLD.read_text().split()) if layout.TOLD.exists() else set()
