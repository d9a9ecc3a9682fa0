"""Which release nginx serves: the link `current`, and the configuration that is loaded."""

import os
import shutil
from pathlib import Path

from ..command import replace
from ..config import Host
from ..services import nginx, sockets
from . import release

CANDIDATE = "candidate"  # nginx' configuration with the routes of a release that does not serve yet


def check_configuration(host: Host, new: str) -> None:
    """Raises Failure, with nginx' own words, when it would refuse its files with these routes.

    nginx looks for included files beside its configuration: the candidate's directory has the
    same files, but for the one that leads to the routes.
    """
    directory = host.layout.web / new / CANDIDATE
    shutil.rmtree(directory, ignore_errors=True)  # with files that may be gone by now
    directory.mkdir()
    for file in host.layout.nginx.glob("*.conf"):
        replace(directory / file.name, file.read_bytes())
    routes = f"include {release.routes(host, new)};\n"
    replace(directory / host.layout.nginx_routes.name, routes.encode())
    nginx.check(directory / host.layout.nginx_configuration.name)


def move(host: Host, new: str, old: str) -> None:
    """nginx serves the new release from the next connection on.

    The link is renamed over the old one, so each connection finds the one release or the other.
    Routes that differ are loaded after that; until then nginx speaks the old ones' protocol, and
    where the new release has another, the old socket's name leads to the old release still.
    """
    lead(host, new, old)
    if not loaded(host, new):
        nginx.reload(host)


def lead(host: Host, new: str, old: str = "") -> None:
    """The link leads to the new release; nginx may not have its routes yet."""
    _link_sockets(host, new, old)
    os.sync()  # what the link leads to reaches the disk before the link does
    link = host.layout.current.with_name(".current.new")
    link.unlink(missing_ok=True)
    link.symlink_to(new)
    link.rename(host.layout.current)
    _sync(host.layout.web)


def loaded(host: Host, current: str, life: str = "") -> bool:
    """Whether it is known that nginx, started at `life`, has the routes of the current release.

    Not from what was served before it: a switch may have been killed before nginx loaded them.
    """
    known, path = host.layout.loaded_routes, release.routes(host, current)
    routes = path.read_bytes() if path.exists() else b""
    return known.exists() and known.read_bytes() == nginx.as_loaded(routes, life or nginx.started())


def _link_sockets(host: Host, new: str, old: str) -> None:
    there = (path.name for path in (host.layout.web / old / "socket").glob("*.sock") if old)
    for name in {sockets.UWSGI, sockets.HTTP, *there}:
        here = host.layout.web / new / "socket" / name
        if here.is_symlink() and (old or not here.exists()):  # by itself it may be asked there yet
            here.unlink()
        if old and not here.exists() and (host.layout.web / old / "socket" / name).exists():
            here.symlink_to(Path("..", "..", old, "socket", name))


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
