"""The log of a process, or of all: over releases, from the journal, also while it grows.

dockerd writes what containers say into the journal, where it stays when they are gone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, cast

from .. import layout
from ..command import Failure, run
from ..config import Host
from ..plain import plain
from ..releases import release

OWN = ("web", "release-command", "nginx", "redis", "switch", "watchdog")
UNITS = {"switch": layout.SWITCH_UNIT, "watchdog": layout.WATCHDOG_UNIT}
BASE = frozenset({"nginx", "redis"})
JOURNAL = ("journalctl", "--quiet", "--all", "--output", "json")
# What compose names a container: project, service, number.
CONTAINER = re.compile(
    r"slipway-(?P<release>[0-9a-z]+(-\d+)?)-(?P<service>[a-z][a-z0-9_-]*)-(?P<number>\d+)"
)
AGO = re.compile(r"(?P<number>\d+) ?(?P<unit>s|sec|m|min|h|hour|d|day|w|week)s?")


def show(host: Host, arguments: argparse.Namespace) -> int:
    """Prints the lines, the oldest first; with --follow also those that come, until it is ended."""
    wanted = set(arguments.process)  # empty: all
    if wanted - set(OWN):
        _raise_if_unknown(wanted, known(host))
    if arguments.release and BASE.intersection(arguments.process):
        raise Failure("nginx and Redis belong to no release: leave --release out")
    until = time.time()
    try:
        for line in _past(wanted, arguments, until):
            print(line)
        sys.stdout.flush()
        if arguments.follow:
            for line in _lines(_following(until), wanted, arguments.release):
                print(line, flush=True)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # `| head` has seen enough; Python would flush once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def known(host: Host) -> list[str]:
    """The names that a log may have: Slipway's own, and all processes of now and of the past."""
    current = release.current(host)
    now = [one.name for one in release.processes_of(host, current)] if current else []
    past = sorted({place(name)[1] for name in _containers()} - {""})
    return list(dict.fromkeys([OWN[0], *now, *past, *OWN[1:]]))


def _raise_if_unknown(wanted: set[str], names: list[str]) -> None:
    if unknown := ", ".join(sorted(wanted - set(names))):
        raise Failure(f"there is no process {unknown}: choose of {', '.join(names)}")


def _containers() -> list[str]:
    """All names of containers in the journal."""
    return run("journalctl", "--quiet", "--field", "CONTAINER_NAME").split()


def _past(wanted: set[str], arguments: argparse.Namespace, until: float) -> Iterator[str]:
    sources = _sources(wanted, arguments.release)
    if not sources:
        return
    options = ["--until", f"@{until:.6f}"]
    if arguments.since:
        options += ["--since", since(arguments.since)]
    if arguments.lines or not arguments.since:
        options += ["--lines", str(arguments.lines or 100)]
    yield from _lines(_entries(*JOURNAL, *options, *sources), wanted, arguments.release)


def _sources(wanted: set[str], only: str) -> list[str]:
    """The journal's fields of all that is wanted: any of them may match."""
    found = [name for name in _containers() if _matches(name, wanted, only)]
    containers = [f"CONTAINER_NAME={name}" for name in found]
    units = [f"_SYSTEMD_UNIT={UNITS[name]}" for name in UNITS if _is_one(name, wanted) and not only]
    return [*containers, *(["+"] if containers and units else []), *units]


def _following(begin: float) -> Iterator[dict[str, Any]]:
    """What comes from now on; a container of a release to come has no name yet."""
    units = [f"_SYSTEMD_UNIT={unit}" for unit in ("docker.service", *UNITS.values())]
    options = ("--follow", "--no-tail", "--since", f"@{begin:.6f}")
    yield from _entries(*JOURNAL, *options, *units)


def _entries(*command: str) -> Iterator[dict[str, Any]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as journal:
        try:
            for line in cast("Iterable[bytes]", journal.stdout):
                yield json.loads(line)
        finally:
            journal.terminate()
    if journal.returncode > 0:
        raise Failure(f"journalctl: exit code {journal.returncode}; see the lines above")


def _matches(container: str, wanted: set[str], only: str) -> bool:
    where, service = place(container)
    return _is_one(service, wanted) and (not only or where == only)


def _is_one(name: str, wanted: set[str]) -> bool:
    """Whether a name is one of those that are wanted; all are when none is named."""
    return bool(name) and (not wanted or name in wanted)


def place(container: str) -> tuple[str, str]:
    """The release of a container and its process; no release for nginx and Redis."""
    if container == layout.RELEASE_COMMAND_CONTAINER:
        return "", release.RELEASE_COMMAND
    found = CONTAINER.fullmatch(container)
    if not found:
        return "", ""
    base = found["release"] == layout.BASE_PROJECT.partition("-")[2]
    if base != (found["service"] in BASE) or found["service"] == "front":
        return "", ""  # nginx of the acceptance tests, or of a change of nginx
    return ("" if base else found["release"]), found["service"]


def _lines(entries: Iterable[dict[str, Any]], wanted: set[str], only: str) -> Iterator[str]:
    for entry in entries:
        container = str(entry.get("CONTAINER_NAME", ""))
        unit = str(entry.get("_SYSTEMD_UNIT", ""))
        if container:
            where, process = place(container)
            if not _matches(container, wanted, only):
                continue
        else:
            where, process = "", next((name for name in UNITS if UNITS[name] == unit), "")
            if not _is_one(process, wanted) or only:
                continue
        stamp = time.localtime(int(entry["__REALTIME_TIMESTAMP"]) / 1e6)
        head = f"{time.strftime('%Y-%m-%d %H:%M:%S', stamp)} {where:<13} {process:<8}"
        for text in plain(_message(entry.get("MESSAGE"))).splitlines() or [""]:
            yield f"{head} {text}".rstrip()


def _message(found: object) -> str:
    """The text of an entry; the journal gives bytes as numbers, or nothing when it is too long."""
    if isinstance(found, list):
        return bytes(found).decode(errors="replace")
    return found if isinstance(found, str) else ""


def since(text: str) -> str:
    """What journalctl understands: `10m` and `2 hours` are that long ago; else as it is."""
    found = AGO.fullmatch(text)
    if not found:
        return text
    unit = {"m": "min", "h": "hour", "d": "day", "w": "week", "s": "sec"}.get(
        found["unit"], found["unit"]
    )
    return f"-{found['number']}{unit}"
