"""A release's compose project, and the containers of its processes."""

from pathlib import Path

from .. import layout
from ..config import Host
from ..services import docker


def project(name: str) -> str:
    """The compose project of a release."""
    return layout.RELEASE_PROJECT.format(release=name)


def compose(host: Host, name: str) -> tuple[str | Path, ...]:
    """The words that begin a command of docker compose for a release."""
    return "docker", "compose", "--project-directory", host.layout.releases / name


def running(name: str, service: str) -> list[str]:
    """The ids of the containers of a process that run."""
    return docker.matching(*docker.service(project(name), service))
