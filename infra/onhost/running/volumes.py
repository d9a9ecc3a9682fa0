"""The volume of jobs: it is there, and Redis may write it."""

from collections.abc import Iterator
from pathlib import Path

from .. import layout
from ..config import Host
from ..difference import Difference
from ..services import engine


def differences(host: Host) -> Iterator[Difference]:
    """A volume that is missing, or that holds what Redis cannot write."""
    if not host.config.redis:
        return
    if not (folder := place(host)):
        yield Difference(f"the volume {layout.REDIS_VOLUME}", "is not there")
    elif found := foreign(folder):
        text = f"holds {found[0]}, which does not belong to Redis"
        yield Difference(f"the volume {layout.REDIS_VOLUME}", text)


def place(host: Host) -> Path | None:
    """Where the volume stands on the host."""
    found = engine.get(host, f"/volumes/{layout.REDIS_VOLUME}")
    return Path(found["Mountpoint"]) if found else None


def foreign(folder: Path) -> list[Path]:
    """What of it belongs to others."""
    return [path for path in (folder, *folder.rglob("*")) if path.stat().st_uid != layout.REDIS_UID]
