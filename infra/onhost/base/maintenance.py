"""Maintenance: visitors get a page and 503, the health path stays true; nginx looks at a file."""

from .. import layout
from ..command import replace

FLAG = layout.MAINTENANCE / "on"


def state() -> dict[str, str]:
    """Whether maintenance is on or off."""
    return {"maintenance": "on" if FLAG.exists() else "off"}


def turn(wanted: str) -> None:
    """Turns maintenance on or off, for the very next request."""
    if wanted == "on":
        replace(FLAG, b"")
    else:
        FLAG.unlink(missing_ok=True)
