"""Looks after what looks after the host: the watchdog, the timers, the programs and the alerts.

The watchdog looks after this one in turn: each starts the timer of the other.
"""

import fcntl
import hashlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import layout as names
from ..layout import Layout
from . import send, ways

LATE = 120.0  # seconds without a look of the watchdog, or with a timer that is off, and so again
SECONDS = 20  # that systemctl may take
ADVICE = "A deploy puts it right: pyinfra inventory.py deploy.py\n"
TIMERS = tuple(sorted(v for n, v in vars(names).items() if n.endswith("_TIMER")))


def look(layout: Layout) -> None:
    """One look: tells of what is broken once, starts timers that are off, sends what waits.

    Raises NotSentError when an alert reaches nobody.
    """
    now, before = time.monotonic(), read(layout.guard_memory).get("problems", {})
    found = dict(_problems(layout))
    kept = {text: before.get(text) or {"since": now, "told": False} for text in found}
    for text, state in kept.items():
        if not state["told"] and now - state["since"] >= found[text]:
            send.say(text)
            send.put(layout, f"guard-{hashlib.sha256(text.encode()).hexdigest()[:8]}", text, ADVICE)
            state["told"] = True
    write(layout.guard_memory, {"problems": kept})
    told = [text for text, state in kept.items() if state["told"]]
    start_timers([timer for timer in TIMERS if any(timer in text for text in told)])
    _send_waiting(layout)


def _send_waiting(layout: Layout) -> None:
    problems = []
    for pending in send.waiting(layout):
        try:
            send.deliver(layout, pending)
            units = [names.ALERT_UNIT, names.SPARE_ALERT_UNIT]
            _systemctl("reset-failed", *(u.replace("@", f"@{pending.name}") for u in units))
        except (send.NotSentError, OSError) as error:
            problems.append(str(error))
    if problems:
        raise send.NotSentError("; ".join(sorted(set(problems))))


def _problems(layout: Layout) -> Iterator[tuple[str, float]]:
    """What is wrong, each with the seconds after which it is told."""
    if not _deploying(layout):  # it starts the timers late
        yield from _idle(layout)
    if problem := ways.problem(layout):
        yield problem, 0
    if not read(layout.host_config):
        yield f"{layout.host_config} cannot be read, and the command slipway does not work", 0
    for link in (layout.current_programs, layout.current_alert_programs):
        version = link.resolve()
        if version.name != digest(version / "onhost"):
            yield f"the programs in {version} are not those of the deploy", 0


def _idle(layout: Layout) -> Iterator[tuple[str, float]]:
    if age(layout.watchdog_memory) > LATE:
        yield f"{names.WATCHDOG_TIMER} lets nobody look at this host any more", LATE
    for timer, state in timer_states().items():
        if state != "active enabled":
            yield f"{timer} is {state}", LATE


def timer_states() -> dict[str, str]:
    """Whether each timer is active, and whether it starts with the host."""
    asked = "--property=Id,ActiveState,UnitFileState"
    shown = _systemctl("show", asked, "--", *TIMERS)
    blocks = [dict(line.split("=", 1) for line in b.splitlines()) for b in shown.split("\n\n")]
    return {b["Id"]: f"{b['ActiveState']} {b['UnitFileState'] or 'missing'}" for b in blocks if b}


def start_timers(timers: list[str]) -> None:
    """Starts those of these timers that are off; one that was disabled or masked stays so."""
    off = ("inactive enabled", "failed enabled")
    for timer, state in timer_states().items() if timers else ():
        if timer in timers and state in off:
            send.say(f"starting {timer}")
            _systemctl("start", timer)


def _systemctl(*words: str) -> str:
    done = subprocess.run(
        ("systemctl", *words), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    return done.stdout


def age(memory: Path) -> float:
    """Seconds since the last look that this file tells of; very many when it tells of none."""
    looked = read(memory).get("looked")
    return time.monotonic() - looked if isinstance(looked, float) else float("inf")


def read(file: Path) -> dict[str, Any]:
    """The object in a file; empty when it cannot be read."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(memory: Path, what: dict[str, Any]) -> None:
    """Keeps it, and when that was: the end of a look."""
    new = memory.with_name(f".{memory.name}")
    new.write_text(json.dumps(what | {"looked": time.monotonic()}))
    new.rename(memory)


def digest(folder: Path) -> str:
    """The name that a deploy gives to these files: it changes with their content and modes."""
    total = hashlib.sha256()
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*.py")}
    for name, path in sorted(files.items()):
        stat, content = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
        owner = f"{stat.st_mode & 0o7777:o}:{stat.st_uid}:{stat.st_gid}"
        total.update(f"{name}:{owner}:{content}\n".encode())
    return total.hexdigest()[:12]


def _deploying(layout: Layout) -> bool:
    """Whether a deploy holds its lock."""
    try:
        with layout.deploy_lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
