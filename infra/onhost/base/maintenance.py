"""Maintenance: visitors get a page and 503, the health path stays true; nginx looks at a file."""

from ..command import replace
from ..config import Host


def state(host: Host) -> dict[str, str]:
    """Whether maintenance is on or off."""
    return {"maintenance": "on" if host.layout.maintenance_flag.exists() else "off"}


def turn(host: Host, wanted: str) -> None:
    """Turns maintenance on or off, for the very next request."""
    if wanted == "on":
        replace(host.layout.maintenance_flag, b"")
    else:
        host.layout.maintenance_flag.unlink(missing_ok=True)
