"""Which containers a compose file wants: how many of each service, of which image."""

from dataclasses import dataclass
from pathlib import Path

from ..config import Host
from ..services import compose


@dataclass(frozen=True)
class Wanted:
    """What a service shall have."""

    count: int
    tag: str
    """Of its image."""


def services(host: Host, directory: Path) -> dict[str, Wanted]:
    """What each service shall have. Raises Failure when compose cannot read the file."""
    found = compose.read(host, directory).services
    return {
        name: Wanted(service.get("deploy", {}).get("replicas", 1), service["image"])
        for name, service in found.items()
    }
