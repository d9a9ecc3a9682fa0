"""A fresh start of the current release: the same files under another name, to be switched to."""

import json
import shutil
from pathlib import Path

from .. import layout, manifest
from ..command import Failure, replace
from ..config import Host
from . import history, release


def copy(host: Host) -> str:
    """The name of a new copy of the current release. Raises Failure when there is none to copy."""
    current = release.current(host)
    if not current:
        raise Failure("no release is live: deploy first")
    name = _next(host, current)
    target, web = release.folder(host, name), host.layout.web / name
    copying = target.with_name(f".{name}.new")
    shutil.rmtree(copying, ignore_errors=True)  # what a killed one has left
    _copy_tree(release.folder(host, current), copying)
    replace(copying / ".env", f"RELEASE={name}\n".encode())
    _rename_in_manifest(copying, current, name)
    _make_web(host, current, web)
    copying.rename(target)
    return name


def _next(host: Host, current: str) -> str:
    """The release's name with the next number that nothing on this host has had."""
    first = history.original(current)
    known = {entry.release for entry in history.read(host)}
    known |= {path.name for path in host.layout.releases.iterdir()}
    number = 2
    while f"{first}-{number}" in known:
        number += 1
    return f"{first}-{number}"


def _copy_tree(source: Path, target: Path) -> None:
    """A copy with modes and owners; the copy of a directory keeps its own, too."""

    def copied(path: str, other: str) -> str:
        shutil.copy2(path, other)
        found = Path(path).stat()
        shutil.chown(other, found.st_uid, found.st_gid)
        return other

    shutil.copytree(source, target, copy_function=copied)


def _rename_in_manifest(folder: Path, current: str, name: str) -> None:
    """The copy's manifest has the copy's paths, and its own name in the file that names it."""
    try:
        known = manifest.of_release(folder)
    except Failure:  # a release of a version without one
        return
    states = {}
    for path, state in known.items():
        moved = Path(*(name if part == current else part for part in Path(path).parts))
        named = moved.name == ".env" and moved.parent.name == name
        states[str(moved)] = manifest.state(folder / ".env") if named else state
    replace(folder / manifest.NAME, json.dumps(states, indent=1).encode() + b"\n", 0o600)


def _make_web(host: Host, current: str, web: Path) -> None:
    """Its routes, the directory of its socket, for the application and nginx, and its spool."""
    socket, spool = web / "socket", web / "spool"
    socket.mkdir(parents=True, exist_ok=True)
    shutil.chown(socket, layout.APP_UID, layout.WEB_SOCKET_GID)
    socket.chmod(0o2770)
    spool.mkdir(mode=0o700, exist_ok=True)
    shutil.chown(spool, layout.APP_UID, layout.APP_UID)
    replace(release.routes(host, web.name), release.routes(host, current).read_bytes())
