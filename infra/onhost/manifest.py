"""The manifest: what the last deploy put on this host, as the deploy wrote it down."""

import hashlib
import json
import stat
from dataclasses import dataclass
from pathlib import Path

from .command import Failure
from .typed import made, read, reason

NAME = "manifest.json"  # of a release, in its directory


@dataclass(frozen=True)
class Manifest:
    """What must stand on a host."""

    files: dict[str, str]
    """For each path its state, as `state` gives it."""
    links: dict[str, str]
    """Where each symbolic link leads."""
    enabled: list[str]
    """The units that run and start with the host."""
    packages: dict[str, dict[str, str]]
    """For each virtual environment the versions of its packages."""


def load(path: Path) -> Manifest:
    """The manifest of the host. Raises Failure when it is missing or cannot be read."""
    try:
        return made(Manifest, json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise Failure(f"cannot be read: {reason(error)}") from error


def of_release(folder: Path) -> dict[str, str]:
    """The state of each file of the release in this directory. Raises Failure like `load`."""
    return {file: str(wanted) for file, wanted in read(folder / NAME).items()}


def state(path: Path) -> str:
    """`mode:user:group:` and the SHA-256 of a file, or what else it is; empty for nothing."""
    try:
        found = path.lstat()
    except OSError:
        return ""
    owner = f"{stat.S_IMODE(found.st_mode):o}:{found.st_uid}:{found.st_gid}"
    if stat.S_ISREG(found.st_mode):
        with path.open("rb") as file:
            return f"{owner}:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    kinds = {stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
    return f"{owner}:{kinds.get(stat.S_IFMT(found.st_mode), 'other')}"


def described(found: str, wanted: str) -> str:
    """What differs between two states, in words."""
    if not found:
        return "is missing"
    mode, user, group, what = found.split(":")
    wanted_mode, wanted_user, wanted_group, wanted_what = wanted.split(":")
    said = []
    if what != wanted_what:
        said.append("has other content than the deploy put" if len(what) == 64 else f"is a {what}")
    if mode != wanted_mode:
        said.append(f"has the mode {mode}, not {wanted_mode}")
    if (user, group) != (wanted_user, wanted_group):
        said.append(f"belongs to {user}:{group}, not to {wanted_user}:{wanted_group}")
    return " and ".join(said)
