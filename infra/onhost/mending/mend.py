"""Mend what the inspection finds, as far as the host can by itself, and say what is left."""

from collections.abc import Callable

from .. import layout
from ..command import Failure, say, succeeds
from ..config import Host
from ..inspection import inspect
from ..locks import lock
from . import base, containers, disk, networks, units

WAIT = 60  # seconds, for a switch that is under way
# In this order: each needs those before it.
STEPS: tuple[Callable[[Host], None], ...] = (
    disk.surplus,
    disk.authorities,
    units.mend,
    units.kernel,
    units.docker,
    disk.rights,
    disk.data,
    containers.retag,
    networks.mend,
    disk.static_files,
)


def state(host: Host) -> dict[str, object]:
    """What a deploy decides from: what differs, and whether the last inspection said so."""
    failed = succeeds("systemctl", "is-failed", "--quiet", layout.INSPECTION_UNIT)
    return {"differences": [str(one) for one in inspect.differences(host)], "failed": failed}


def mend(host: Host) -> None:
    """Mends every difference. Raises Failure with those that are left, each with its remedy."""
    found = inspect.differences(host)
    for one in found:
        say(f"mending: {one}")
    problems = [said for step in STEPS if (said := _take(host, step))]
    # What nginx has to load is known once its folder is as it shall be.
    if inspect.differences(host, inspect.BASE):
        problems.append(_take(host, base.mend))
    problems.append(_take(host, containers.mend_release))
    left = inspect.differences(host)
    if left:
        lines = [f"{one}: {one.remedy}" for one in left]
        raise Failure("\n  ".join(["what could not be mended:", *lines, *filter(None, problems)]))
    _forget_failures()


def _take(host: Host, step: Callable[[Host], None]) -> str:
    """Takes a step, and says why it failed: none keeps the next from its work."""
    try:
        if step is base.mend:  # it takes the lock itself
            step(host)
        else:
            with lock(host.layout.lock, "mending what differs", WAIT):
                step(host)
    except (Failure, OSError, ValueError) as error:
        return str(error)
    return ""


def _forget_failures() -> None:
    """The inspection that found what is mended now is no failed unit any more."""
    succeeds("systemctl", "reset-failed", layout.INSPECTION_UNIT)
