"""The checks of a release: what it must answer, on its own socket and then through nginx."""

import time
from collections.abc import Callable

from ..command import Failure
from ..config import Host
from ..services import https, sockets
from . import release
from .release import Check, ReleaseConfig

POLL_SECONDS = 0.1
OUTSIDE_SECONDS = 5  # nginx' old processes may answer for a moment after a reload

LONGEST = 200  # characters of a path in a message

Ask = Callable[[str], sockets.Answer]


def wait_until_healthy(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Returns once the health path answers 200 on the release's socket; Failure at its limit."""
    health = Check(wanted.health_path)
    deadline = time.monotonic() + wanted.start_limit
    while problem := _problem(health, _inside(host, new, wanted)):
        if time.monotonic() > deadline:
            raise Failure(f"release {new} is not healthy after {wanted.start_limit} s: {problem}")
        time.sleep(POLL_SECONDS)


def check_inside(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Raises Failure, naming the check, when the release fails one on its own socket."""
    for check in wanted.checks:
        if problem := _problem(check, _inside(host, new, wanted)):
            raise Failure(f"release {new} fails a check before traffic moves: {problem}")


def check_outside(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Raises Failure, naming the check, when the site fails one through nginx and TLS."""
    tls = https.context()
    deadline = time.monotonic() + OUTSIDE_SECONDS
    for check in [Check(wanted.health_path), *wanted.checks]:
        while problem := _problem(check, lambda path: https.ask(host, path, tls)):
            if time.monotonic() > deadline:
                raise Failure(f"release {new} fails a check through nginx: {problem}")
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
