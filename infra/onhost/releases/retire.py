"""The end of a release: it answers what it was asked and finishes its jobs, in the background.

That is a transient unit of systemd beside the release's own, since going back to the release must
not wait for it: a unit that is being stopped cannot be started before it has stopped.
"""

import time
from pathlib import Path

from .. import layout
from ..command import Failure, run, say, succeeds
from ..services import docker
from . import release, workers

POLL_SECONDS = 0.1


def begin(old: str) -> None:
    """Ends a release in the background: its jobs may take as long as they are allowed to."""
    unit = ("--unit", release.retire_unit(old))
    ending = ("systemd-run", "--quiet", "--collect", "--no-block", *unit,
              layout.COMMAND, "retire", old)  # fmt: skip
    for words in (("systemctl", "disable", "--quiet", release.unit(old)), ending):
        if not succeeds(*words):
            say(f"{' '.join(map(str, words))} failed: the watchdog tries it again")


def retire(old: str) -> None:
    """Ends a release; returns when all of it has stopped. Raises Failure when it does not."""
    for step in (workers.stop_fetching, _wait_for_queue, lambda name: run(*_stop_web(name)),
                 workers.drain):  # fmt: skip
        try:
            step(old)
        except Failure as failure:  # none of them may keep the next from being taken
            say(f"release {old} does not end in order: {failure}")
    run("systemctl", "stop", release.unit(old), timeout=workers.limit(old) + 120)
    run(*_compose(old), "down")  # what was started without its unit, as a switch does to try it


def cancel(name: str) -> None:
    """A release that was ending can be started again; what its workers do goes on."""
    if name in release.retiring():
        run("systemctl", "stop", release.retire_unit(name))
        succeeds(*_stop_web(name))  # it may be stopping, and does not start before it has stopped
    if name in release.stopping():  # it was nearly over
        run("systemctl", "start", release.unit(name))


def _stop_web(name: str) -> tuple[str | Path, ...]:
    return *_compose(name), "stop", "web"


def _compose(name: str) -> tuple[str | Path, ...]:
    return "docker", "compose", "--project-directory", release.folder(name)


def _wait_for_queue(name: str) -> None:
    """Returns when no connection waits to be accepted: the server's end would reset it.

    What the server has accepted it answers. It is as long about it as a request may take.
    """
    for web in docker.matching(*docker.service(release.project(name), "web")):
        process, seconds = run("docker", "inspect", "--format",
                               "{{.State.Pid}} {{.Config.StopTimeout}}", web).split()  # fmt: skip
        deadline = time.monotonic() + int(seconds)
        while _waiting(process):
            if time.monotonic() > deadline:
                say(f"release {name} does not take the requests that wait: it ends without them")
                return
            time.sleep(POLL_SECONDS)


def _waiting(process: str) -> bool:
    """Whether connections wait at a Unix socket in the container of a process."""
    try:
        shown = run("nsenter", "--net", "--target", process, "ss", "-Hxln")
    except Failure:
        return False  # it has just ended by itself
    lines = (line.split() for line in shown.splitlines())  # type, state, waiting, limit, path
    mine = str(layout.CONTAINER_SOCKETS)
    return any(int(words[2]) > 0 for words in lines if words[4].startswith(mine))
