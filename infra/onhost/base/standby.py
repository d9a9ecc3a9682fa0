"""A standby nginx serves while the container of the first is replaced.

Both listen on the same ports (`reuseport`); what waits at one that ends goes to the other
(`tcp_migrate_req`). A change of nginx' configuration alone needs none of this.
"""

import contextlib
import time
from collections.abc import Callable

from .. import layout
from ..command import Failure, run, say
from ..config import Host
from ..services import docker, nginx

LISTEN_SECONDS = 10
POLL_SECONDS = 0.1


def changing(host: Host) -> set[str]:
    """The services of the base that run, and that compose would replace."""
    base = ("docker", "compose", "--project-directory", host.layout.base)
    found = set()
    for line in run(*base, "config", "--hash", "*").splitlines():
        name, wanted = line.split()
        mine = docker.service(layout.BASE_PROJECT, name)
        same = f"label=com.docker.compose.config-hash={wanted}"
        if docker.matching(*mine) and not docker.matching(*mine, same):
            found.add(name)
    return found


def serve_during(host: Host, replace: Callable[[], None]) -> None:
    """A standby nginx serves while the call replaces nginx. Raises Failure when a new one fails.

    When the call fails, the standby serves on: the watchdog ends it once nginx is healthy.
    """
    port = host.config.https_port
    remove(host)
    _try(host)
    with contextlib.suppress(Failure):  # an older nginx may not know what this one is told
        nginx.reload(host)  # so that the old one shares its ports
    try:
        _compose(host, "up", "--detach", "bridge")
        _wait_until_it_listens(*docker.service(layout.STANDBY_PROJECT, "bridge"), port=port)
    except Failure as failure:
        say(f"nginx will be down for a moment: {failure}")
    replace()
    _wait_until_it_listens(*docker.service(layout.BASE_PROJECT, "nginx"), port=port)
    remove(host)


def remove(host: Host) -> None:
    """Ends the standby once it has answered its requests."""
    _compose(host, "down")


def _try(host: Host) -> None:
    """Raises Failure, with nginx' own words, unless a new one serves on a network of its own."""
    try:
        _compose(host, "up", "--detach", "--wait", "trial")
    except Failure as failure:
        words = ("logs", "--no-color", "--no-log-prefix", "--tail", "5", "trial")
        log = _compose(host, *words).strip()
        raise Failure(f"the new nginx does not serve, so the old one stays: {log}") from failure
    finally:
        remove(host)


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


def _compose(host: Host, *words: str) -> str:
    return run("docker", "compose", "--file", host.layout.standby_compose, *words)
