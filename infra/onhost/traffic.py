"""Which release nginx serves: the link `current`, and the configuration that is loaded."""

import os
from pathlib import Path

from . import layout, nginx, release, web
from .command import replace


def check_site(new: str) -> None:
    """Raises Failure, with nginx' own words, when it would refuse the release's site."""
    candidate = layout.WEB / new / "check.conf"
    loaded = nginx.CONFIGURATION.read_text()
    replace(candidate, loaded.replace(str(layout.CURRENT), str(layout.WEB / new)).encode())
    nginx.check(candidate)


def move(new: str, old: str) -> None:
    """nginx serves the new release from the next connection on.

    The link is renamed over the old one, so each connection finds the one release or the other.
    A site that differs is loaded after that; until then nginx speaks the old site's protocol, and
    where the new release has another, the old socket's name leads to the old release still.
    """
    _bridge(new, old)
    link = layout.CURRENT.with_name(".current.new")
    link.unlink(missing_ok=True)
    link.symlink_to(new)
    link.rename(layout.CURRENT)
    _sync(layout.WEB)
    if not old or release.site(new).read_bytes() != release.site(old).read_bytes():
        nginx.reload()


def _bridge(new: str, old: str) -> None:
    for name in (web.UWSGI, web.HTTP):
        here = layout.WEB / new / "socket" / name
        if here.is_symlink():
            here.unlink()
        if old and not here.exists() and (layout.WEB / old / "socket" / name).exists():
            here.symlink_to(Path("..", "..", old, "socket", name))


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
