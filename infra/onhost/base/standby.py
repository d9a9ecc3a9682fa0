"""A second nginx serves while the container of the first is made anew.

Both listen on the same ports (`reuseport`); what waits at one that ends goes to the other
(`tcp_migrate_req`). A change of nginx' configuration alone needs none of this.
"""

import contextlib
import time
from collections.abc import Callable

from .. import layout
from ..command import Failure, run, say
from ..services import docker, nginx

FILE = layout.BASE / "bridge.yaml"
LISTEN_SECONDS = 10
POLL_SECONDS = 0.1


def changing() -> set[str]:
    """The services of the base that run, and that compose would make anew."""
    hashes = run("docker", "compose", "--project-directory", layout.BASE, "config", "--hash", "*")
    found = set()
    for name, wanted in (line.split() for line in hashes.splitlines()):
        mine = docker.service(layout.BASE_PROJECT, name)
        same = f"label=com.docker.compose.config-hash={wanted}"
        if docker.matching(*mine) and not docker.matching(*mine, same):
            found.add(name)
    return found


def across(port: int, replace: Callable[[], None]) -> None:
    """Replaces nginx by the call, with another beside it. Raises Failure when a new one is no good.

    When the call fails, the other one serves on: `tidy` removes it once nginx is well.
    """
    remove()
    _try()
    with contextlib.suppress(Failure):  # an older nginx may not know what this one is told
        nginx.reload()  # so that the old one shares its ports
    try:
        _compose("up", "--detach", "bridge")
        _wait_until_it_listens(*docker.service(layout.BRIDGE_PROJECT, "bridge"), port=port)
    except Failure as failure:
        say(f"nginx will be away for a moment: {failure}")
    replace()
    _wait_until_it_listens(*docker.service(layout.BASE_PROJECT, "nginx"), port=port)
    remove()


def tidy() -> None:
    """Removes what a deploy that was killed left, unless nothing else serves."""
    well = (*docker.service(layout.BASE_PROJECT, "nginx"), "health=healthy")
    if docker.matching(*well):
        say("nginx is well: the one beside it ends")
        remove()


def remove() -> None:
    """Ends the other nginx once it has answered what it was asked."""
    _compose("down")


def _try() -> None:
    """Raises Failure, with its own words, unless the new nginx serves on a network of its own."""
    try:
        _compose("up", "--detach", "--wait", "trial")
    except Failure as failure:
        told = _compose("logs", "--no-color", "--no-log-prefix", "--tail", "5", "trial").strip()
        raise Failure(f"the new nginx does not serve, the old one goes on: {told}") from failure
    finally:
        remove()


def _wait_until_it_listens(*filters: str, port: int) -> None:
    deadline = time.monotonic() + LISTEN_SECONDS
    while not any(_listens(container, port) for container in docker.matching(*filters)):
        if time.monotonic() > deadline:
            raise Failure(f"nginx does not listen on port {port} after {LISTEN_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _listens(container: str, port: int) -> bool:
    processes = run("docker", "top", container, "-o", "pid").split()[1:]
    shown = run("ss", "-H", "--tcp", "--listening", "--numeric", "--processes", f"sport = :{port}")
    return any(f"pid={process}," in shown for process in processes)


def _compose(*words: str) -> str:
    return run("docker", "compose", "--file", FILE, *words)
