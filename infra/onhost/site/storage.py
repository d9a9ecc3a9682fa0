"""The disks that a host cannot do without: full, or read-only."""

import errno
import os
import tempfile
from pathlib import Path

from .. import layout
from ..attention import Attention
from ..command import Failure
from ..config import Host
from ..services import engine
from .ports import Problems

FULL = 0.1  # of the disk is free
ROOM = 5 * 1024**3  # bytes, which are enough on any disk
ROOM_MADE = "make room (du -xh / | sort -h | tail; journalctl --vacuum-size=200M), or take a larger"
REFUSED = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPERM, errno.EACCES}


def problems(host: Host) -> Problems:
    """What is amiss with the disks, by a key for each."""
    found: Problems = {}
    disks = set()
    for path in _folders(host):
        if not path.exists():
            continue
        if said := _refused(path):
            found[f"write {path}"] = said
        elif (disk := path.stat().st_dev) not in disks:
            disks.add(disk)
            if said := _full(path):
                found[f"disk {path}"] = said
    return found


def _folders(host: Host) -> list[Path]:
    wanted = [host.layout.state, host.layout.config, host.layout.home, host.layout.letsencrypt]
    try:
        volume = engine.get(host, f"/volumes/{layout.REDIS_VOLUME}")
    except Failure:  # Docker is down, which is told elsewhere
        return wanted
    return [*wanted, Path(volume["Mountpoint"])] if volume else wanted


def _refused(path: Path) -> Attention | None:
    """Tries to write, in a file that no folder has: what is left of it goes with its descriptor."""
    try:
        with tempfile.TemporaryFile(dir=path, buffering=0) as file:
            file.write(b"slipway")
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        if error.errno == errno.EROFS:
            cure = f"mount -o remount,rw $(findmnt -no TARGET -T {path}); dmesg | tail says why"
            return Attention(f"{path} is read-only", cure)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return Attention(f"the disk of {path} is full", f"{ROOM_MADE} disk")
        return Attention(f"{path} cannot be written: {error.strerror}", f"lsattr -d {path}; dmesg")
    return None


def _full(path: Path) -> Attention | None:
    disk = os.statvfs(path)
    free = disk.f_bavail / (disk.f_blocks or 1)
    if free < FULL and disk.f_bavail * disk.f_frsize < ROOM:
        return Attention(
            f"the disk of {path} is nearly full: {100 * (1 - free):.0f} %", f"{ROOM_MADE} disk"
        )
    if disk.f_files and disk.f_favail < FULL * disk.f_files:
        return Attention(
            f"the disk of {path} has nearly no room for more files",
            "find the folder with too many small files: du --inodes -x / | sort -n | tail",
        )
    return None
