"""Slow or hung: whether the processes of a container that gives no sign of life get on.

A process that gets the processor is slow, and so is one that waits for it on a busy machine. One
that was stopped, or that sleeps while the machine has time for it, hangs.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
WORKS = 0.05  # of a processor: more than a process takes that only waits
WAITS = 0.002  # of a processor: it gets on, if only a little
BUSY_LOAD = 1.5  # processes that want to run, for each processor
BUSY_PRESSURE = 40.0  # % of the time in which some process waited for a processor
BUSY_STEAL = 0.15  # of the time, taken by other machines on the same hardware
STOPPED = "T"  # by a signal; `t` is a debugger's


@dataclass(frozen=True)
class Machine:
    """How busy the host is."""

    load: float
    """For each processor."""
    pressure: float
    """Percent; 0 where the kernel does not say."""
    steal: float
    """A share of the time."""

    @property
    def is_busy(self) -> bool:
        """Whether processes wait for a processor."""
        return self.load > BUSY_LOAD or self.pressure > BUSY_PRESSURE or self.steal > BUSY_STEAL

    def __str__(self) -> str:
        text = f"load {self.load:.1f} for each processor, pressure {self.pressure:.0f} %"
        return f"{text}, steal {100 * self.steal:.0f} %"


@dataclass(frozen=True)
class Progress:
    """What the processes of a container did since the last look."""

    share: float
    """Of one processor."""
    states: str
    """The kernel's letter for each."""
    stopped_before: bool
    """Whether one was stopped at the last look, too."""

    @property
    def is_stopped(self) -> bool:
        """Whether one stays stopped."""
        return self.stopped_before and STOPPED in self.states

    def is_slow(self, machine: Machine) -> bool:
        """Whether it gets on, and only slowly."""
        if STOPPED in self.states:
            return False
        if self.share >= WORKS or "R" in self.states:  # a limit may keep it from running
            return True
        return machine.is_busy and ("D" in self.states or self.share >= WAITS)


def sample(pid: int) -> dict[str, Any]:
    """What a container's processes have used so far: of its own, not of its health checks."""
    used, states = 0.0, ""
    for stat in _family(pid):
        states += stat[0]
        used += sum(map(int, stat[11:15])) / TICKS  # its own, and of children that have ended
    return {"pid": pid, "used": used, "states": states, "at": time.monotonic()}


def between(before: dict[str, Any] | None, now: dict[str, Any]) -> Progress | None:
    """The progress between two samples; None when they are not of the same life."""
    if not before or before["pid"] != now["pid"] or now["at"] <= before["at"]:
        return None
    share = max(0.0, now["used"] - before["used"]) / (now["at"] - before["at"])
    return Progress(share, now["states"], STOPPED in before["states"])


def machine(before: dict[str, Any] | None, now: dict[str, Any]) -> Machine:
    """How busy the host was between two samples of its own time."""
    processors = os.cpu_count() or 1
    steal = 0.0
    if before and now["total"] > before["total"]:
        steal = (now["steal"] - before["steal"]) / (now["total"] - before["total"])
    return Machine(os.getloadavg()[0] / processors, _pressure(), steal)


def machine_time() -> dict[str, Any]:
    """The host's time in all, and what other machines took of it (proc_stat(5))."""
    words = (PROC / "stat").read_text().splitlines()[0].split()[1:9]
    times = [int(word) for word in words]
    return {"total": sum(times), "steal": times[7] if len(times) > 7 else 0}


def _pressure() -> float:
    """`avg60` of the line `some` (the kernel's document on PSI)."""
    try:
        line = (PROC / "pressure" / "cpu").read_text().splitlines()[0]
        return float(line.partition("avg60=")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return 0.0


def _family(pid: int) -> Iterator[list[str]]:
    """`/proc/PID/stat`, from the state on, of a process and of all below it."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
        tasks = (PROC / str(pid) / "task").glob("*/children")  # any thread may have forked
        children = [child for task in tasks for child in task.read_text().split()]
    except OSError:  # it has ended
        return
    yield text.rpartition(")")[2].split()
    for child in children:
        yield from _family(int(child))
