"""Tell the operator what failed: by a command, a web hook or mail, as the settings say.

An alert lies in a directory until every way has taken it: what nobody heard is told later. This
folder imports the layout and nothing else of Slipway: it must work when the rest is broken.
"""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ..layout import ALERT_UNIT, Layout
from ..plain import plain
from . import channels, ways

PAUSE = 3600.0  # seconds without another alert for the same unit
LINES = "15"  # of its journal
JOURNAL_SECONDS = 20


class NotSentError(Exception):
    """An alert that a way did not take, with the reasons."""


def say(line: str) -> None:
    """A line for the journal."""
    print(line, file=sys.stderr, flush=True)


def tell(layout: Layout, name: str) -> None:
    """Sends the alert of this name that lies there, or one for the unit of this name.

    Raises NotSentError when a way fails; the alert waits, and that way is tried again.
    """
    pending = layout.pending_alerts / _file_name(name)
    if not pending.exists():
        found = ways.configured(layout)
        if found and all(_lately(_mark(layout, name, way)) for way in found):
            say(f"an alert for {name} was sent less than an hour ago")
            return
        put(layout, name, f"{name} failed on {socket.gethostname()}", _text(name), again=False)
    deliver(layout, pending)


def put(layout: Layout, name: str, subject: str, text: str, *, again: bool = True) -> None:
    """Leaves an alert to be sent; `again` means also by a way that took one of this name lately."""
    layout.pending_alerts.mkdir(exist_ok=True)
    if again:
        for way in channels.CHANNELS:
            _mark(layout, name, way).unlink(missing_ok=True)
    file = layout.pending_alerts / _file_name(name)
    new = file.with_name(f".{file.name}")
    new.write_text(f"{subject}\n\n{text}", errors="replace")
    new.rename(file)


def request(layout: Layout, name: str, subject: str, text: str) -> None:
    """Leaves an alert, and has a unit send it: whoever asks does not wait."""
    put(layout, name, f"{subject} on {socket.gethostname()}", text)
    unit = ALERT_UNIT.replace("@", f"@{_file_name(name)}")
    subprocess.run(("systemctl", "start", "--no-block", unit), capture_output=True, check=False)


def waiting(layout: Layout) -> list[Path]:
    """The alerts that lie there."""
    found = layout.pending_alerts
    return sorted(f for f in found.glob("*") if f.is_file()) if found.is_dir() else []


def deliver(layout: Layout, pending: Path) -> None:
    """Sends an alert that lies there by each way that has not taken it lately."""
    subject, _, text = pending.read_text(errors="replace").partition("\n\n")
    found = ways.configured(layout)
    due = {n: way for n, way in found.items() if not _lately(_mark(layout, pending.name, n))}
    problems = _send(layout, due, subject, text)
    layout.alerted.mkdir(exist_ok=True)
    for way in due.keys() - problems.keys():
        _mark(layout, pending.name, way).touch()
    _complain(problems)
    pending.unlink(missing_ok=True)


def test(layout: Layout) -> None:
    """Sends an alert that says that it is a test. Raises NotSentError when a way fails."""
    subject = f"test of alerts from {socket.gethostname()}"
    text = "Nothing has failed: this is a test."
    _complain(_send(layout, ways.configured(layout), subject, text))


def _file_name(name: str) -> str:
    return name.replace("/", "_")


def _mark(layout: Layout, name: str, way: str) -> Path:
    return layout.alerted / f"{_file_name(name)}.{way}"


def _lately(mark: Path) -> bool:
    return mark.exists() and time.time() - mark.stat().st_mtime < PAUSE


def _send(layout: Layout, found: dict[str, Any], subject: str, text: str) -> dict[str, str]:
    """Sends by these ways, and returns what went wrong with which."""
    if not ways.configured(layout):
        say("no alert is configured: set alerts in the inventory")
    if found and (broken := ways.problem(layout)):
        text = f"{text}\n{broken}. Deploy to put it right.\n"
    problems = {}
    for name, way in found.items():
        try:
            channels.CHANNELS[name](layout, way, subject, text)
            say(f"sent an alert by {name}: {subject}")
        except channels.ERRORS as error:
            problems[name] = channels.reason(error)
        except (KeyError, TypeError, AttributeError) as error:  # a way that is not as we write it
            problems[name] = f"is not set rightly in {layout.alerts}: {type(error).__name__}"
    return problems


def _complain(problems: dict[str, str]) -> None:
    if problems:
        told = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise NotSentError(f"an alert was not sent: {told}")


def _text(unit: str) -> str:
    """The end of a unit's journal, and where to look."""
    words = ("journalctl", "--quiet", "--output", "cat", "--lines", LINES, "--unit", unit)
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=JOURNAL_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        log = plain(done.stdout).rstrip()
    except (OSError, subprocess.SubprocessError) as error:  # the alert goes out all the same
        log = f"(its journal could not be read: {type(error).__name__})"
    return f"{log}\n\nOn the host: systemctl status {unit}; slipway status\n"
