"""What the watchdog could not mend, and whether watchdog, timers and alerts themselves work."""

from pathlib import Path
from typing import Any

from ..alerts import guard
from ..attention import Attention
from ..config import Host
from ..watchdog import memory

DEPLOY = "deploy"


def state(host: Host) -> dict[str, Any]:
    """The faults that last, the problems of those who watch, and seconds since the last look."""
    troubles = memory.read(host).troubles.values()
    seen = guard.read(host.layout.guard_memory).get("problems", {})
    looks = {name: guard.age(file) for name, file in _watchers(host).items() if file.exists()}
    late = [name for name, age in looks.items() if age > 2 * guard.LATE]
    return {
        "faults": [[one.problem, one.advice] for one in troubles if one.told and not one.well],
        "problems": [text for text, found in seen.items() if found["told"]],
        "late": late,
    }


def warnings(found: dict[str, Any] | None) -> list[Attention]:
    """What a person should look at of it."""
    if found is None:
        return []
    faults = [Attention(f"{text} (told by an alert)", advice) for text, advice in found["faults"]]
    problems = [Attention(text, DEPLOY) for text in found["problems"]]
    late = [
        Attention(f"the {name} does not look at this host", f"journalctl -u slipway-{name}; deploy")
        for name in found["late"]
    ]
    return faults + problems + late


def _watchers(host: Host) -> dict[str, Path]:
    """Their memories; after a boot there is none yet."""
    return {"watchdog": host.layout.watchdog_memory, "guard": host.layout.guard_memory}
