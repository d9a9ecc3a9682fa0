"""What the watchdog knows of its earlier looks in this life of the host: a small file in /run.

For each thing that it mends it waits longer after each try, and tells a person once.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..config import Host
from .fault import Fault

FIRST = 30.0  # seconds from the first try to the second; each wait is twice the one before
LONGEST = 900.0
ROOM = 50_000_000  # bytes: with so much more of disk the next try is due at once
TOLD_TRIES = 3  # then it is no accident any more


@dataclass
class Trouble:
    """One thing that is not well, or was not well a moment ago."""

    since: float
    """When it was first seen, in seconds of the monotonic clock."""
    tries: int = 0
    next: float = 0.0
    """When the next try is due."""
    wait: float = FIRST
    proof: float = 0.0
    """Seconds that it must be well to be forgotten."""
    told: bool = False
    well: float = 0.0
    """Since when it is well again; 0 while it is not."""
    room: int = 0
    """Free bytes on the disk at the last try."""
    problem: str = ""
    advice: str = ""
    """What a person can do."""
    error: str = ""
    """Why the last try did not succeed."""


@dataclass
class Memory:
    """All of it. Times are seconds of the monotonic clock: the host's may be set."""

    looked: float = 0.0
    """When the last look ended."""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    samples: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For each container what its processes had used at the last look; see progress."""
    restarts: dict[str, list[float]] = field(default_factory=dict)
    """For each container a count of Docker's restarts, and when it was taken; see crashes."""

    def note(self, fault: Fault) -> bool:
        """Notes that a thing is not well now; whether that is new."""
        new = fault.subject not in self.troubles
        known = self.troubles.setdefault(fault.subject, Trouble(since=time.monotonic()))
        known.well, known.proof = 0.0, fault.proof
        known.problem, known.advice = fault.problem, fault.advice
        return new

    def is_due(self, subject: str, patience: float, room: int) -> bool:
        """Whether to try now: after `patience` seconds the first time, then after its wait.

        With more room on the disk it is: what failed for want of it will work.
        """
        known, now = self.troubles[subject], time.monotonic()
        if not known.tries:
            return now >= known.since + patience
        return now >= known.next or room > known.room + ROOM

    def tried(self, subject: str, patience: float, room: int) -> float:
        """Notes a try; the seconds until the next."""
        known = self.troubles[subject]
        known.wait = min(LONGEST, max(FIRST, 2 * patience) * 2**known.tries)
        known.tries, known.room = known.tries + 1, room
        known.next = time.monotonic() + known.wait
        return known.wait

    def forget_well(self, subjects: set[str]) -> None:
        """Forgets things that have been well for a while, those that are not named."""
        now = time.monotonic()
        for subject in self.troubles.keys() - subjects:
            known = self.troubles[subject]
            known.well = known.well or now
            if now - known.well >= (known.proof if known.tries else 0):
                del self.troubles[subject]


@contextmanager
def kept(host: Host) -> Iterator[Memory]:
    """The memory; what has changed is kept, and a look that fails counts as none."""
    memory = read(host)
    try:
        yield memory
        memory.looked = time.monotonic()
    finally:
        _write(host.layout.watchdog_memory, memory)


def read(host: Host) -> Memory:
    """The memory; an empty one when there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads(host.layout.watchdog_memory.read_text())
        troubles = {name: Trouble(**known) for name, known in found.pop("troubles").items()}
        return Memory(**found, troubles=troubles)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def _write(file: Path, memory: Memory) -> None:
    """In memory alone, so that a full disk is no hindrance and a look costs no disk."""
    new = file.with_name(f".{file.name}")
    new.write_text(json.dumps(asdict(memory)))
    new.rename(file)
