"""The end of a release: it answers what it was asked and finishes its jobs, in the background.

That is a transient unit of systemd beside the release's own, since going back to the release must
not wait for it: a unit that is being stopped cannot be started before it has stopped.
"""

import contextlib
import time

from .. import layout
from ..command import Failure, run, say, succeeds
from ..config import Host
from ..processes import servers, singles
from ..processes.kinds import SERVER, SINGLE
from ..services import docker
from . import release, workers

POLL_SECONDS = 0.1


def begin(host: Host, old: str) -> None:
    """Ends a release in the background: its jobs may take as long as they are allowed to."""
    transient = ("systemd-run", "--quiet", "--collect", "--no-block")
    unit = ("--unit", release.retire_unit(old))
    ending = (*transient, *unit, host.layout.command, "retire", old)
    for words in (("systemctl", "disable", "--quiet", release.unit(old)), ending):
        if not succeeds(*words):
            say(f"{' '.join(map(str, words))} failed: the watchdog tries it again")


def retire(host: Host, old: str) -> None:
    """Ends a release; returns when all of it has stopped. Raises Failure when it does not."""
    steps = (_stop_singles, workers.stop_fetching, _wait_for_queue, _stop_web, workers.drain)
    for step in (*steps, _drain_servers):
        try:
            step(host, old)
        except Failure as failure:  # none of them may keep the next from being taken
            say(f"release {old} does not stop cleanly: {failure}")
    run("systemctl", "stop", release.unit(old), timeout=workers.limit(host, old) + 120)
    # A switch starts a candidate without its unit, to try it.
    run(*release.compose(host, old), "down")


def cancel(host: Host, name: str) -> None:
    """A release that was ending can be started again; the jobs of its workers go on."""
    if name in release.retiring():
        run("systemctl", "stop", release.retire_unit(name))
        with contextlib.suppress(Failure):
            _stop_web(host, name)  # it may be stopping, and does not start before it has stopped
    if name in release.stopping():  # it was nearly over
        run("systemctl", "start", release.unit(name))


def _stop_singles(host: Host, name: str) -> None:
    """At once: the next release's wait for it."""
    singles.stop(host, name, [one.name for one in release.processes_of(host, name, SINGLE)])


def _drain_servers(host: Host, name: str) -> None:
    servers.drain(name, release.processes_of(host, name, SERVER))


def _stop_web(host: Host, name: str) -> None:
    run(*release.compose(host, name), "stop", "web")


def _wait_for_queue(_host: Host, name: str) -> None:
    """Returns when no connection waits to be accepted: the server's end would reset it.

    What the server has accepted it answers. It is as long about it as a request may take.
    """
    for web in docker.matching(*docker.service(release.project(name), "web")):
        asked = ("--format", "{{.State.Pid}} {{.Config.StopTimeout}}")
        process, seconds = run("docker", "inspect", *asked, web).split()
        deadline = time.monotonic() + int(seconds)
        while _waiting(process):
            if time.monotonic() > deadline:
                say(f"release {name} does not answer the waiting requests: stopping it anyway")
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
