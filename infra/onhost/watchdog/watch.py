"""One look of the watchdog: what is not well is mended, and told when that does not help.

Looks at the base and the current release alone, and at neither while a switch is at work or their
unit is down on purpose. It holds the deploy lock only while it changes something.
"""

import os

from ..command import Failure, say
from ..config import Host
from ..locks import WATCHDOG, lock, locked
from . import look, memory, tell
from .fault import Fault
from .look import Look
from .memory import Memory


def watch(host: Host) -> None:
    """One look; what is done is written to the journal."""
    with memory.kept(host) as known:
        if locked(host.layout.lock):
            return
        first = look.at(host, known)
        if locked(host.layout.lock):  # a switch has begun: its candidate has no unit yet
            return
        room = _free(host)
        if [fault for fault in first.faults if _is_due(known, fault, room)]:
            _mend(host, known, first, room)
        tell.of(host, known, first.faults)
        if first.measured:
            known.forget_well({fault.subject for fault in first.faults})


def _mend(host: Host, known: Memory, first: Look, room: int) -> None:
    """Mends what is due and still there under the lock."""
    try:
        with lock(host.layout.lock, WATCHDOG):
            for fault in look.at(host, known, first.measured).faults:
                if _is_due(known, fault, room):
                    _try(known, fault, room)
    except Failure as failure:  # a switch has begun, and does it
        say(str(failure))


def _is_due(known: Memory, fault: Fault, room: int) -> bool:
    if fault.is_open:
        return False
    new = known.note(fault)
    if fault.mend is None:
        return False
    due = known.is_due(fault.subject, fault.patience, room)
    if new and not due:
        say(f"{fault.problem}: {fault.remedy} in {fault.patience:.0f} s unless that changes")
    return due


def _try(known: Memory, fault: Fault, room: int) -> None:
    say(f"{fault.problem}: {fault.remedy}")
    trouble = known.troubles[fault.subject]
    trouble.error = ""
    try:
        if fault.mend:
            fault.mend()
    except (Failure, OSError) as error:
        trouble.error = str(error)
        say(f"{fault.remedy} failed: {error}")
    wait = known.tried(fault.subject, fault.patience, room)
    if trouble.tries > 1:
        say(f"that was try {trouble.tries}; the next one is in {wait:.0f} s at the earliest")


def _free(host: Host) -> int:
    """The bytes that can be written where Slipway and Docker keep what they need."""
    total = 0
    for place in (host.layout.state, host.layout.docker):
        try:
            found = os.statvfs(place)
        except OSError:
            continue
        total += found.f_bavail * found.f_frsize
    return total
