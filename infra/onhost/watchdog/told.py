"""Workers that a switch told to stop: they end, and others take their place if they are needed."""

from functools import partial

from ..config import Host
from ..releases import workers
from ..services.containers import Container
from .containers import STOPPED
from .expected import Wanted
from .fault import Fault


def told_to_stop(host: Host, mine: list[Container]) -> list[Container]:
    """The workers of a release that were told to stop: those that do so, and those that ended."""
    told = workers.told_to_stop(host)
    ended = {process.partition(":")[0] for process in told}
    return [
        one
        for one in mine
        if f"{one.id[:12]}:{one.pid}" in told or (one.id[:12] in ended and one.state in STOPPED)
    ]


def fault(
    host: Host, current: str, counted: list[Container], wanted: dict[str, Wanted],
    told: list[Container],
) -> Fault | None:  # fmt: skip
    """Whether a killed switch has left the current release with too few workers.

    `wanted` has what each process that runs jobs shall have, `counted` those that were not told.
    """
    ended = any(one.state in STOPPED for one in told)
    few = any(
        sum(one.service == service for one in counted) < asked.count
        for service, asked in wanted.items()
    )
    if not told or not (ended or few):
        return None
    problem = f"a worker of the current release {current} was told to stop"
    again = partial(workers.complete, host, current)
    return Fault("workers", problem, "starting another in its place", again)
