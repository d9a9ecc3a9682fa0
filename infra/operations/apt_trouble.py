"""What apt-get says when it fails, and what is to be done about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Remedy(Enum):
    """What to do before the next try."""

    WAIT = "wait until another program has ended"
    COMPLETE = "complete what an interrupted dpkg has left"
    REPAIR = "install what half-installed packages need"
    AGAIN = "try again: the mirror may answer later"
    NONE = "give up"


@dataclass(frozen=True)
class Trouble:
    """Why apt-get failed, in one line for the operator."""

    remedy: Remedy
    line: str


LOCK = re.compile(r"Could not get lock (\S+?)\.?(?: It is held by process (\d+) \((.+)\)| - .*)?$")
LOCKED = re.compile(r"[Uu]nable to (?:acquire|lock)|is locked by another process|lock was locked")
INTERRUPTED = re.compile(r"dpkg was interrupted")
BROKEN = re.compile(r"fix-broken install|Unmet dependencies")
REMOVED = re.compile(r"remove is disabled")
SPACE = re.compile(r"enough free space in (\S+?)\.?$|No space left on device|cannot copy extracted")
UNKNOWN = re.compile(
    r"Unable to locate package (\S+)|Package '(\S+)' has no installation candidate"
)
PACKAGE = re.compile(r"error processing (?:package|archive) (\S+)")
FETCH = re.compile(
    r"Failed to fetch (\S+) +(.*)|((?:Temporary failure resolving|Could not resolve"
    r"|Could not connect|Unable to connect|Connection timed out).*)"
)


def judge(lines: Iterable[str]) -> Trouble | None:
    """The trouble that these lines tell of; None when they tell of none."""
    said = [line.strip() for line in lines]
    finders = (_lock, _dpkg, _disk, _mirror, _package)
    return next((found for find in finders if (found := find(said))), None)


def _first(pattern: re.Pattern[str], said: list[str]) -> re.Match[str] | None:
    return next((found for line in said if (found := pattern.search(line))), None)


def _lock(said: list[str]) -> Trouble | None:
    if found := _first(LOCK, said):
        file, process, name = found.groups()
        holder = f"{name}, process {process}," if process else "another program"
        return Trouble(Remedy.WAIT, f"{holder} has {file}")
    if _first(LOCKED, said):
        return Trouble(Remedy.WAIT, "another program has the lock of dpkg")
    return None


def _dpkg(said: list[str]) -> Trouble | None:
    if _first(INTERRUPTED, said):
        return Trouble(Remedy.COMPLETE, "dpkg was interrupted: run dpkg --configure -a")
    if _first(BROKEN, said):
        return Trouble(
            Remedy.REPAIR,
            "packages are half installed: run apt-get --fix-broken install, and deploy again",
        )
    if _first(REMOVED, said):
        shown = "\n".join(said).partition("will be REMOVED:\n")[2]
        names = shown.partition("\n")[0] or "others"
        return Trouble(
            Remedy.NONE,
            f"Docker's packages would remove packages that are here ({names}): decide which to"
            " keep, and remove the others",
        )
    return None


def _disk(said: list[str]) -> Trouble | None:
    if found := _first(SPACE, said):
        where = found[1] or "/var"
        return Trouble(Remedy.NONE, f"the disk of {where} is full: make room")
    return None


def _mirror(said: list[str]) -> Trouble | None:
    if found := _first(FETCH, said):
        url, reason, plain = found.groups()
        what = f"{url} cannot be fetched ({reason})" if url else plain
        return Trouble(
            Remedy.AGAIN,
            f"{what}: check the host's network, and the mirrors in /etc/apt",
        )
    return None


def _package(said: list[str]) -> Trouble | None:
    if found := _first(UNKNOWN, said):
        name = found[1] or found[2]
        return Trouble(Remedy.NONE, f"apt finds no package {name}: check the sources in /etc/apt")
    if found := _first(PACKAGE, said):
        reason = next((line for line in said[said.index(found.string) + 1 :] if line), "")
        return Trouble(Remedy.NONE, f"dpkg cannot install {found[1].rstrip(':')}: {reason}")
    if found := _first(re.compile(r"^E: (.*)"), said):
        return Trouble(Remedy.NONE, f"apt-get: {found[1]}")
    return None
