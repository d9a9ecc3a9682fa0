"""The checks of a release: what it must answer, on its own socket and then through nginx."""

import time
from collections.abc import Callable

from .. import layout
from ..config import Host
from ..diagnosis import containers
from ..diagnosis.containers import CrashWatch, Unwell
from ..services import https, sockets
from . import release
from .release import Check, ReleaseConfig

POLL_SECONDS = 0.1
OUTSIDE_SECONDS = 5  # nginx' old processes may answer for a moment after a reload

SERVICE = "web"
LOOK_SECONDS = 0.5  # between two looks at the container
LONGEST = 200  # characters of a path in a message

Ask = Callable[[str], sockets.Answer]


def wait_until_healthy(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Returns once the health path answers 200 on the release's socket.

    Raises Unwell at its limit, or once the web server crashes again and again.
    """
    health = Check(wanted.health_path)
    watch = CrashWatch(f"the web server of release {new}", SERVICE)
    deadline = time.monotonic() + wanted.start_limit
    look = 0.0
    while problem := _problem(health, _inside(host, new, wanted)):
        if time.monotonic() > look:
            watch.look(containers.of(release.project(new), SERVICE))
            look = time.monotonic() + LOOK_SECONDS
        if time.monotonic() > deadline:
            late = f"release {new} is not healthy after {wanted.start_limit} s: {problem}"
            raise Unwell(late, SERVICE, _advice(problem, wanted))
        time.sleep(POLL_SECONDS)


def check_inside(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Raises Unwell, naming the check, when the release fails one on its own socket."""
    for check in wanted.checks:
        if problem := _problem(check, _inside(host, new, wanted)):
            raise Unwell(f"release {new} fails a check before traffic moves: {problem}", SERVICE)


def check_outside(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Raises Unwell, naming the check, when the site fails one through nginx and TLS."""
    tls = https.context()
    deadline = time.monotonic() + OUTSIDE_SECONDS
    for check in [Check(wanted.health_path), *wanted.checks]:
        while problem := _problem(check, lambda path: https.ask(host, path, tls)):
            if time.monotonic() > deadline:
                raise Unwell(f"release {new} fails a check through nginx: {problem}", SERVICE)
            time.sleep(POLL_SECONDS)


def _inside(host: Host, new: str, wanted: ReleaseConfig) -> Ask:
    return lambda path: sockets.ask(
        release.socket(host, new, wanted.server), path, host.config.domain
    )


def _problem(check: Check, ask: Ask) -> str:
    """What is wrong with the answer; empty when it is as expected."""
    asked = f"GET {check.path[:LONGEST]}"
    try:
        answer = ask(check.path)
    except OSError as error:
        return f"{asked}: {error}"
    if answer.status != check.status:
        return f"{asked}: answered {answer.status}, expected {check.status}"
    if check.contains.encode() not in answer.body:
        return f"{asked}: the answer does not contain {check.contains!r}"
    return ""


def _advice(problem: str, wanted: ReleaseConfig) -> str:
    """What to do when the health path does not answer 200 in its time."""
    socket = layout.CONTAINER_SOCKETS / (
        sockets.UWSGI if wanted.server == "uwsgi" else sockets.HTTP
    )
    protocol = "the uwsgi protocol" if wanted.server == "uwsgi" else "HTTP"
    if sockets.NOBODY in problem:
        return f"the server that web.command starts must listen on {socket}, the path in WEB_SOCKET"
    if "no HTTP answer" in problem:
        return f"the server must use {protocol} on {socket}: see web.protocol"
    if "answered 404" in problem or "answered 30" in problem:
        return "app.health_path must be a path that answers 200"
    if "timed out" in problem:
        return "raise web.start_limit if the application needs longer to start"
    return ""
