"""Other servers behind a path: at the end of their release their connections may live on."""

import time

from .. import layout
from ..command import Failure, run, say
from ..config import Host
from .kinds import Process
from .places import compose, running

POLL_SECONDS = 0.5


def start(host: Host, name: str, servers: list[Process]) -> None:
    """Starts what is missing of a release's servers."""
    if servers:
        run(*compose(host, name), "up", "--detach", "--no-deps", *(one.name for one in servers))


def drain(name: str, servers: list[Process]) -> None:
    """Returns when nobody is connected any more, or when the limit of each server is over."""
    began = time.monotonic()
    for one in servers:
        while count := connections(name, one.name):
            if time.monotonic() - began > one.stop_limit:
                limit = f"{one.stop_limit} s (processes.{one.name}.stop_limit)"
                say(f"{one.name} of release {name}: {count} connections are closed after {limit}")
                break
            time.sleep(POLL_SECONDS)


def connections(name: str, service: str) -> int:
    """How many connections a server has."""
    return sum(_of(container, service) for container in running(name, service))


def _of(container: str, service: str) -> int:
    """The connections at the socket in a container."""
    try:
        process = run("docker", "inspect", "--format", "{{.State.Pid}}", container).strip()
        shown = run("nsenter", "--net", "--target", process, "ss", "-Hx", "state", "established")
    except Failure:
        return 0  # it has just ended
    path = f"{layout.CONTAINER_SOCKETS}/{service}.sock"
    return sum(path in line.split() for line in shown.splitlines())
