"""The timers, started once all that they look after is there."""

from pyinfra.api import deploy

from infra.onhost import layout
from infra.operations import host

TIMERS = [layout.CERTIFICATE_TIMER, layout.WATCHDOG_TIMER]


@deploy("Timers")
def running() -> None:
    """Renewal and watchdog run by their timers, now and after a boot."""
    host.units(name="Start the timers", names=TIMERS, start=TIMERS)
