"""The ways of alerts that the settings name, also when their file cannot be read any more."""

import json
from pathlib import Path
from typing import Any

from ..layout import Layout
from . import channels


def configured(layout: Layout) -> dict[str, Any]:
    """The ways that are set, from a file of root's: addresses and passwords are in it.

    A deploy writes it twice. While the first cannot be read, the copy counts.
    """
    for file in (layout.alerts, layout.alerts_copy):
        found = _read(file)
        if found is not None:
            return {name: way for name, way in found.items() if way}
    return {}


def problem(layout: Layout) -> str:
    """What is wrong with the file; empty when it is as a deploy writes it."""
    if not layout.alerts_copy.exists() or _read(layout.alerts) is not None:
        return ""
    return f"{layout.alerts} cannot be read: alerts go by its copy, {layout.alerts_copy}"


def _read(file: Path) -> dict[str, Any] | None:
    """What the file says; None when it is not what a deploy writes."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    right = isinstance(found, dict) and found.keys() == channels.CHANNELS.keys()
    return found if right else None
