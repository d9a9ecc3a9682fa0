"""Tell the operator that a unit failed: by a command, a web hook or mail, as the settings say."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from ..command import Failure, run, say
from ..config import Host, load
from ..layout import Layout
from . import channels

PAUSE = 3600.0  # seconds without another alert for the same unit
LINES = "15"  # of its journal


def send(host: Host, unit: str) -> None:
    """Sends an alert for a unit by each way that took none lately.

    Raises Failure, with the reasons, when one of them fails; that one is tried again next time.
    """
    ways = configured(host)
    due = {name: way for name, way in ways.items() if not _lately(_mark(host, unit, name))}
    if ways and not due:
        say(f"an alert for {unit} was sent less than an hour ago")
        return
    problems = _deliver(host, due, f"{unit} failed on {socket.gethostname()}", _text(unit))
    host.layout.alerted.mkdir(exist_ok=True)
    for name in due.keys() - problems.keys():
        _mark(host, unit, name).touch()
    _complain(problems)


def _mark(host: Host, unit: str, way: str) -> Path:
    return host.layout.alerted / f"{unit.replace('/', '_')}.{way}"


def _lately(mark: Path) -> bool:
    return mark.exists() and time.time() - mark.stat().st_mtime < PAUSE


def test(host: Host) -> None:
    """Sends an alert that says that it is a test. Raises Failure when a way fails."""
    subject = f"test of alerts from {socket.gethostname()}"
    _complain(_deliver(host, configured(host), subject, "Nothing has failed: this is a test."))


def _deliver(host: Host, ways: dict[str, Any], subject: str, text: str) -> dict[str, str]:
    """Sends by these ways, and returns what went wrong with which."""
    if not ways:
        say("no alert is configured: set alerts in the inventory")
    problems = {}
    for name, way in ways.items():
        try:
            channels.CHANNELS[name](host, way, subject, text)
            say(f"sent an alert by {name}: {subject}")
        except channels.ERRORS as error:
            problems[name] = channels.reason(error)
    return problems


def _complain(problems: dict[str, str]) -> None:
    if problems:
        told = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise Failure(f"an alert was not sent: {told}")


def configured(host: Host) -> dict[str, Any]:
    """The ways that the settings name, from a file of root's: addresses and passwords are in it."""
    try:
        found = json.loads(host.layout.alerts.read_text())
    except OSError:
        return {}
    return {name: way for name, way in found.items() if way}


def _text(unit: str) -> str:
    log = run("journalctl", "--quiet", "--output", "cat", "--lines", LINES, "--unit", unit)
    return f"{log.rstrip()}\n\nOn the host: systemctl status {unit}; slipway status\n"


def request(layout: Layout, name: str, subject: str, text: str) -> None:
    """Sends an alert of what is no unit, by each way; one that fails is said in the journal."""
    host = load(layout)
    problems = _deliver(host, configured(host), f"{subject} on {socket.gethostname()}", text)
    for way, problem in problems.items():
        say(f"the alert {name} was not sent by {way}: {problem}")
