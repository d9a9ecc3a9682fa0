"""The history of releases: who made what live, when, how long it took, and how it ended.

A line of JSON when a switch begins and another when it ends; a beginning without an end was
interrupted.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from . import layout
from .command import locked

LIVE = "live"
REFUSED = "refused"
INTERRUPTED = "interrupted"
UNDER_WAY = "under way"


@dataclass
class Entry:
    """One switch."""

    id: str
    release: str
    previous: str
    kind: str
    """deploy or rollback."""
    by: str
    revision: str
    """The git revision of the checkout, with `+` after it when that had uncommitted changes."""
    began: float
    """Seconds since the epoch."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds of each stage."""
    result: str = UNDER_WAY
    reason: str = ""
    probe: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Keeps the seconds of a stage."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.stages[name] = round(time.monotonic() - began, 2)


def write(entry: Entry) -> None:
    """Adds what is known of a switch, synced to disk."""
    line = json.dumps(asdict(entry)) + "\n"
    if layout.HISTORY.exists() and not layout.HISTORY.read_bytes().endswith(b"\n"):
        line = "\n" + line  # a power cut left half a line: do not add to that one
    descriptor = os.open(layout.HISTORY, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read() -> list[Entry]:
    """All switches, the oldest first; a line that a power cut left half is passed over."""
    entries: dict[str, Entry] = {}
    lines = layout.HISTORY.read_bytes().splitlines() if layout.HISTORY.exists() else []
    for line in lines:
        try:
            data: dict[str, Any] = json.loads(line)
            entries[data["id"]] = Entry(**data)
        except (ValueError, TypeError, KeyError):
            continue
    found = list(entries.values())
    for entry in found:
        if entry.result == UNDER_WAY and not (entry is found[-1] and locked()):
            entry.result = INTERRUPTED
    return found


def previous(current: str) -> str:
    """The release that was live before the current one was deployed; empty when there is none.

    A release that was started anew was not before itself; an interrupted switch may have moved.
    """
    before = [
        entry.previous
        for entry in read()
        if entry.release == current and entry.kind == "deploy" and entry.result != REFUSED
    ]
    return next((release for release in reversed(before) if release != current), "")


def kept(count: int) -> list[str]:
    """The last `count` releases that were live, the newest first."""
    order: list[str] = []
    for entry in reversed(read()):
        if entry.result == LIVE and entry.release not in order:
            order.append(entry.release)
    return order[:count]
