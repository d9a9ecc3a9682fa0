"""The history of releases: who made what live, when, how long it took, and how it ended.

A line of JSON for each switch, written anew at each of its stages; a line without an end that
nobody is at work on was interrupted.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from ..command import replace, say
from ..config import Host
from ..locks import WATCHDOG, locked

LIVE = "live"
REFUSED = "refused"
INTERRUPTED = "interrupted"
UNDER_WAY = "under way"
RESTART = "restart"  # a kind of switch


@dataclass
class Entry:
    """One switch."""

    id: str
    release: str
    previous: str
    kind: str
    """deploy, rollback or restart."""
    by: str
    revision: str
    """The git revision of the checkout, with `+` after it when that had uncommitted changes."""
    began: float
    """Seconds since the epoch."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds of each stage."""
    now: str = ""
    """The stage that it is in."""
    result: str = UNDER_WAY
    reason: str = ""
    probe: dict[str, float] = field(default_factory=dict)


@contextmanager
def stage(host: Host, entry: Entry, name: str) -> Iterator[None]:
    """Keeps the seconds of a stage of a switch, and names the stage while it lasts."""
    entry.now = name
    note(host, entry)
    began = time.monotonic()
    try:
        yield
    finally:
        entry.stages[name] = round(time.monotonic() - began, 2)
        entry.now = ""


def write(host: Host, entry: Entry) -> None:
    """Puts what is known of a switch in the place of what was, or last; synced to disk."""
    lines = host.layout.history.read_bytes().splitlines() if host.layout.history.exists() else []
    mine = f'{{"id": {json.dumps(entry.id)},'.encode()
    kept = [line for line in lines if not line.startswith(mine)]
    place = next((n for n, line in enumerate(lines) if line.startswith(mine)), len(kept))
    kept.insert(place, json.dumps(asdict(entry)).encode())
    replace(host.layout.history, b"\n".join([*kept, b""]))


def note(host: Host, entry: Entry) -> None:
    """Writes it unless the disk is full: that alone stops no switch that is under way."""
    try:
        write(host, entry)
    except OSError as error:
        say(f"the history was not written: {host.layout.history}: {error.strerror}")


def read(host: Host) -> list[Entry]:
    """All switches, the oldest first; a line that cannot be read is passed over."""
    entries: dict[str, Entry] = {}
    lines = host.layout.history.read_bytes().splitlines() if host.layout.history.exists() else []
    for line in lines:
        try:
            data: dict[str, Any] = json.loads(line)
            entries[data["id"]] = Entry(**data)
        except (ValueError, TypeError, KeyError):
            continue
    found = list(entries.values())
    for entry in found:
        # The watchdog makes no releases: it may clean up after a switch that was killed.
        lasts = entry is found[-1] and locked(host.layout.lock, but_by=WATCHDOG)
        if entry.result == UNDER_WAY and not lasts:
            entry.result = INTERRUPTED
            entry.reason = f"in the stage {entry.now!r}" if entry.now else ""
    return found


def original(release: str) -> str:
    """The release that this one is a fresh start of; itself when it is none.

    `r1a2b-2` is the second start of `r1a2b`: the same files under another name.
    """
    return release.partition("-")[0]


def previous(host: Host, current: str) -> str:
    """The release that was live before the current one was deployed; empty when there is none.

    A release that was started anew was not before itself; an interrupted switch may have moved.
    """
    same = original(current)
    before = [
        entry.previous
        for entry in read(host)
        if original(entry.release) == same
        and entry.kind in {"deploy", RESTART}
        and entry.result != REFUSED
    ]
    return next((release for release in reversed(before) if original(release) != same), "")


def kept(host: Host, count: int) -> list[str]:
    """The last `count` releases that were live, the newest first, each by its last start."""
    order: dict[str, str] = {}
    for entry in reversed(read(host)):
        if entry.result == LIVE:
            order.setdefault(original(entry.release), entry.release)
    return list(order.values())[:count]
