"""A host whose alerts are kept in a file, and how long it takes to heal."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.site import wait_until

LETTERS = "/run/letters"
TRIED = "The watchdog has tried"  # in its alerts; others tell of other things meanwhile
WAYS = json.dumps({"command": ["tee", "--append", LETTERS], "webhook": "", "mail": None})
MEMORIES = (LAYOUT.watchdog_memory, LAYOUT.guard_memory, LAYOUT.alerted, LAYOUT.pending_alerts)
LOOK = 120  # seconds that one look may take to come and to end, on a busy machine
FRESH = f"rm -rf {' '.join(map(str, MEMORIES))}; : > {LETTERS}"


@pytest.fixture
def told(target: Target) -> Iterator[Callable[[], str]]:
    """What the operator was told; the watchdog begins without a memory of earlier tests."""
    kept = target.run(f"cat {LAYOUT.alerts}")
    for file in (LAYOUT.alerts, LAYOUT.alerts_copy):
        target.run(f"echo '{WAYS}' > {file}")
    target.run(FRESH)
    yield lambda: target.run(f"cat {LETTERS}")
    for file in (LAYOUT.alerts, LAYOUT.alerts_copy):
        target.run(f"echo '{kept}' > {file}")


def healed(target: Target, what: str, limit: float, well: Callable[[], bool] | None = None) -> None:
    """Waits until the host is well again, and prints how long that took."""
    began = time.monotonic()
    wait_until(well or target.healthy, limit)
    print(f"{what}: well again after {time.monotonic() - began:.1f} s")


def looked(target: Target, times: int = 2) -> None:
    """Waits until the watchdog has looked so often; one look may have begun before."""
    for _ in range(times + 1):
        before = last_look(target)
        wait_until(lambda before=before: last_look(target) > before, LOOK)


def last_look(target: Target) -> float:
    """When the watchdog's last look ended, in seconds of the host's monotonic clock."""
    shown = target.run(f"cat {LAYOUT.watchdog_memory}", check=False)
    return float(json.loads(shown or "{}").get("looked", 0))


def journal(target: Target) -> str:
    """What the watchdog has said."""
    return target.run("journalctl --quiet --output cat --unit slipway-watchdog --lines 40")
