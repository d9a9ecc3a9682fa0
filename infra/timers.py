"""The timers: renewal, checks, watchdog, and the guard that looks after them."""

from pyinfra.api import deploy

from infra.onhost import layout
from infra.operations import machine

TIMERS = [
    layout.CERTIFICATE_TIMER,
    layout.CHECK_TIMER,
    layout.INSPECTION_TIMER,
    layout.SITE_TIMER,
    layout.WATCHDOG_TIMER,
    layout.GUARD_TIMER,
]


@deploy("Timers")
def start() -> None:
    """Renewal, checks and watchdog run by their timers, now and after a boot."""
    machine.start_units(name="Start the timers", names=TIMERS, start=TIMERS)
