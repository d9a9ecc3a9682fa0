"""A release's workers at its end: each is told once to stop after its job, and waited for.

RQ takes the first SIGTERM for that; a second one, as `docker compose down` sends, ends the job.
"""

import time

from . import containers, layout, release
from .command import Failure, replace, run, say

POLL_SECONDS = 0.2


def wait_until_healthy(name: str, limit: int) -> None:
    """Returns once every worker is healthy. Raises Failure after `limit` seconds."""
    words = [word for one in containers.service(release.project(name), "worker")
             for word in ("--filter", one)]  # fmt: skip
    deadline = time.monotonic() + limit
    while True:
        shown = run("docker", "ps", "--all", *words, "--format", "{{.Names}}: {{.Status}}")
        found = shown.splitlines()
        sick = [line for line in found if containers.health(line) != "healthy"]
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
        run("docker", "kill", "--signal", "TERM", *new.values())
        replace(layout.TOLD, "".join(f"{word}\n" for word in sorted({*told, *new})).encode())


def drain(name: str, limit: int) -> None:
    """Returns when the workers have ended, or after `limit` seconds."""
    stop_fetching(name)
    workers = _running(name)
    if workers:
        try:
            run("docker", "wait", *workers, timeout=limit)
        except Failure as failure:
            say(f"a job of release {name} is not waited for any longer: {failure}")


def _running(name: str) -> list[str]:
    return containers.matching(*containers.service(release.project(name), "worker"))


def _lives(workers: list[str]) -> list[tuple[str, str]]:
    """Each worker with a word for its life: a container that is started again has to be told again.

    As the watchdog starts those whose switch was killed after it had told them.
    """
    if not workers:
        return []
    processes = run("docker", "inspect", "--format", "{{.State.Pid}}", *workers).split()
    return [(one, f"{one}:{process}") for one, process in zip(workers, processes, strict=True)]


def _told() -> set[str]:
    return set(layout.TOLD.read_text().split()) if layout.TOLD.exists() else set()
