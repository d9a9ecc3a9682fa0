"""What a person hears of a fault: once, when it is none that mends itself."""

import re
import time

from ..alerts import send
from ..command import say
from ..config import Host
from .fault import Fault
from .memory import TOLD_TRIES, Memory, Trouble


def of(host: Host, known: Memory, found: list[Fault]) -> None:
    """Sends an alert for each fault that nobody was told of and that a person must know."""
    for fault in (one for one in found if not one.is_open):
        trouble = known.troubles[fault.subject]
        if not trouble.told and _must_be_told(fault, trouble):
            send.request(host.layout, _name(fault.subject), fault.problem, _text(fault, trouble))
            say(f"told: {fault.problem}")
            trouble.told = True


def _must_be_told(fault: Fault, trouble: Trouble) -> bool:
    if fault.mend is None:
        return time.monotonic() - trouble.since >= fault.patience
    return trouble.tries >= (1 if fault.loud else TOLD_TRIES)


def _name(subject: str) -> str:
    return "watchdog-" + re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")


def _text(fault: Fault, trouble: Trouble) -> str:
    said = [f"{fault.problem}."]
    if trouble.tries:
        times = "once" if trouble.tries == 1 else f"{trouble.tries} times"
        said.append(f"The watchdog has tried {times}: {fault.remedy}.")
        said.append(f"The next try is in {trouble.wait:.0f} s at the earliest, if it is needed.")
    if trouble.error:
        said.append(f"The last one failed: {trouble.error}")
    return "\n".join([*said, fault.advice, "", "On the host: slipway status", ""])
