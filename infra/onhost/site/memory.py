"""What the look of each minute remembers until the next one."""

import contextlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from ..attention import Attention
from ..command import replace
from ..config import Host


@dataclass
class Noticed:
    """Something amiss that lasts."""

    text: str
    remedy: str
    since: float
    """Seconds since the epoch."""
    over: float = 0
    """When it was gone first, while it may come back."""

    @property
    def attention(self) -> Attention:
        """What the status shows of it."""
        return Attention(self.text, self.remedy)


@dataclass
class Memory:
    """It ends with the host's uptime, but for `reached`."""

    looked: float = 0
    """When the last look ended, in seconds since the epoch."""
    noticed: dict[str, Noticed] = field(default_factory=dict)
    containers: dict[str, Any] = field(default_factory=dict)
    """What befell containers."""


def load(host: Host) -> Memory:
    """What is remembered; a file that cannot be read is forgotten."""
    try:
        known = json.loads(host.layout.noticed.read_text())
        noticed = {key: Noticed(**one) for key, one in known.pop("noticed").items()}
        return Memory(noticed=noticed, **known)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def save(host: Host, memory: Memory) -> None:
    """Remembers it; where nothing can be written the disk is what is told of."""
    replace(host.layout.noticed, json.dumps(asdict(memory)).encode())


def reached(host: Host) -> dict[str, bool]:
    """What a process in a container's network has ever reached: ports of the site, its way out.

    A firewall may let in the outside interface alone, or let nothing out: only what was open once
    can be told of as closed.
    """
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(host.layout.reached.read_text()))
    return {}


def remember_reached(host: Host, found: dict[str, bool]) -> None:
    """Remembers what was reached, for longer than the host's uptime."""
    known = reached(host)
    wanted = known | {name: now or known.get(name, False) for name, now in found.items()}
    if wanted != known or not host.layout.reached.exists():
        with contextlib.suppress(OSError):  # a full or read-only disk, which is told
            replace(host.layout.reached, json.dumps(wanted).encode())
