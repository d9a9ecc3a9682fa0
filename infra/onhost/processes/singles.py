"""Processes of which there are never two, not even for a moment.

The old one ends, then the new one starts. A lock in the container keeps it so also when somebody
else starts one: start.py waits there for it.
"""

from ..command import run
from ..config import Host
from .places import compose, running

STOP_SECONDS = 86_500  # its own limit is in its compose file, and is shorter


def stop(host: Host, name: str, services: list[str]) -> None:
    """Those of a release have ended when this returns. Raises Failure when Docker cannot."""
    found = [service for service in services if running(name, service)]
    if found:
        run(*compose(host, name), "stop", *found, timeout=STOP_SECONDS)


def start(host: Host, name: str, services: list[str]) -> None:
    """Starts those of a release; nobody else's may run. Raises Failure when Docker cannot."""
    if services:
        run(*compose(host, name), "up", "--detach", "--no-deps", *services)
