"""Which release nginx serves: the link `current`, and the configuration that is loaded."""

import os
from pathlib import Path

from .. import layout
from ..command import replace
from ..services import nginx, sockets
from . import release


def check_site(new: str) -> None:
    """Raises Failure, with nginx' own words, when it would refuse the release's routes."""
    candidate = layout.WEB / new / "check.conf"
    replace(candidate, configuration(new).encode())
    nginx.check(candidate)


def configuration(new: str) -> str:
    """nginx' whole configuration as it would be with this release."""
    text = nginx.CONFIGURATION.read_text()
    for file in (layout.TLS_SERVERS, layout.NGINX_SITE):
        text = text.replace(f"include {file};", file.read_text())
    return text.replace(str(layout.CURRENT), str(layout.WEB / new))


def move(new: str, old: str) -> None:
    """nginx serves the new release from the next connection on.

    The link is renamed over the old one, so each connection finds the one release or the other.
    Routes that differ are loaded after that; until then nginx speaks the old ones' protocol, and
    where the new release has another, the old socket's name leads to the old release still.
    """
    _bridge(new, old)
    os.sync()  # what the link leads to reaches the disk before the link does
    link = layout.CURRENT.with_name(".current.new")
    link.unlink(missing_ok=True)
    link.symlink_to(new)
    link.rename(layout.CURRENT)
    _sync(layout.WEB)
    if not loaded(new):
        load(new)


def loaded(current: str) -> bool:
    """Whether it is known that nginx has the routes of the current release.

    Not from what was served before it: a switch may have been killed before nginx loaded them.
    """
    known = layout.LOADED_ROUTES
    return known.exists() and known.read_bytes() == _as_loaded(current)


def load(current: str) -> None:
    """nginx loads the routes of the current release."""
    nginx.reload()
    replace(layout.LOADED_ROUTES, _as_loaded(current))


def _as_loaded(name: str) -> bytes:
    """The release's routes, in this life of nginx: one that starts loads the current ones."""
    path = release.routes(name)
    routes = path.read_bytes() if path.exists() else b""
    return f"# loaded by nginx, started {nginx.started()}\n".encode() + routes


def _bridge(new: str, old: str) -> None:
    for name in (sockets.UWSGI, sockets.HTTP):
        here = layout.WEB / new / "socket" / name
        if here.is_symlink() and (old or not here.exists()):  # by itself it may be asked there yet
            here.unlink()
        if old and not here.exists() and (layout.WEB / old / "socket" / name).exists():
            here.symlink_to(Path("..", "..", old, "socket", name))


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
