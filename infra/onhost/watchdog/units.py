"""The units of the base and of the current release: which of them shall be up, and is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from .. import layout
from ..command import run
from ..releases import release
from .fault import Fault, undecided

PROPERTIES = ("Id", "ActiveState", "UnitFileState", "InactiveEnterTimestampMonotonic")
BOOT_SECONDS = 120.0  # in which systemd may start it by itself


@dataclass(frozen=True)
class Unit:
    """A unit, as systemd sees it."""

    name: str
    state: str
    """active, activating, deactivating, inactive or failed."""
    enabled: bool
    """Whether it starts with the host."""
    was_stopped: bool
    """Whether it has ended since the host was started, or since systemd forgot it."""

    @property
    def is_active(self) -> bool:
        """Whether its containers shall run."""
        return self.state == "active"

    def fault(self) -> Fault | None:
        """What is wrong with it; one that somebody stopped is down on purpose."""
        start = partial(run, "systemctl", "start", "--no-block", self.name)
        advice = f"journalctl -u {self.name} says why"
        if self.state == "failed":
            return Fault(self.name, f"{self.name} has failed", "starting it", start, advice)
        if self.state == "inactive" and self.enabled and not self.was_stopped:
            problem = f"{self.name} was not started with the host"
            return Fault(self.name, problem, "starting it", start, advice, BOOT_SECONDS)
        return undecided(self.name) if self.state.endswith("ing") else None


def watched(current: str) -> Iterator[Unit]:
    """The units of the base and of the current release."""
    names = [layout.BASE_UNIT, *([release.unit(current)] if current else [])]
    shown = run("systemctl", "show", f"--property={','.join(PROPERTIES)}", "--", *names)
    for block in shown.strip().split("\n\n"):
        found = dict(line.split("=", 1) for line in block.splitlines())
        yield Unit(
            found["Id"],
            found["ActiveState"],
            found["UnitFileState"] == "enabled",
            found["InactiveEnterTimestampMonotonic"] not in {"", "0"},
        )
