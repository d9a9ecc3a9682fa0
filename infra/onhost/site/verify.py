"""The last step of a deploy: the site has answered, on every name."""

import time

from .. import layout
from ..attention import Attention
from ..command import Failure, say, succeeds
from ..config import Host
from . import memory, serves, strangers

MEND_SECONDS = 60  # for the watchdog to start what it finds stopped
POLL_SECONDS = 2


def check(host: Host) -> None:
    """Raises Failure, with a line for each thing, when visitors do not get the site."""
    _complain(serves.problems(host))
    say(f"{', '.join(host.config.names)}: answers")


def state(host: Host) -> dict[str, bool]:
    """Whether the site answers, and whether it was tried what a container reaches."""
    return {"serves": not serves.problems(host), "tried": host.layout.reached.exists()}


def ensure(host: Host) -> None:
    """Has the watchdog mend what it can. Raises Failure when the site does not answer then."""
    if found := serves.problems(host):
        say("\n  ".join(["the site does not answer yet:", *(one.text for one in found.values())]))
        succeeds("systemctl", "start", layout.WATCHDOG_UNIT)
    deadline = time.monotonic() + MEND_SECONDS
    while found and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        found = serves.problems(host)
    _complain(found)
    memory.remember_reached(host, strangers.look(host))


def _complain(found: dict[str, Attention]) -> None:
    if found:
        lines = [f"{one.text}\n    to do: {one.remedy}" for one in found.values()]
        raise Failure("\n  ".join(["the site does not answer as it should:", *lines]))


def remarks(host: Host) -> str:
    """The ports that no container ever reached: strangers may not reach them either."""
    never = sorted(name for name, ever in memory.reached(host).items() if not ever)
    ports = [name for name in never if name != strangers.WAY_OUT]
    if not ports:
        return ""
    return (
        f"A container on this host does not reach port {' and '.join(ports)} of it. If visitors do"
        " not either, open it in the host's firewall."
    )
