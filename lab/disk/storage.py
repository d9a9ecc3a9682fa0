"""The hosts' disks: subvolumes of one btrfs file, so that copies of a host take no time."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

from lab.disk import root
from lab.paths import Clone
from lab.processes import run
from lab.progress import stage

SIZE = 100 * 2**30  # sparse: what is free on the machine is the real limit


def mounted(path: Path) -> bool:
    """Say whether a file system of its own stands here."""
    # Not os.path.ismount: it takes a plain subvolume for one.
    mounts = Path("/proc/mounts").read_text().splitlines()
    return any(line.split()[1] == str(path) for line in mounts)


def mount(clone: Clone) -> None:
    """Make the file with the hosts' disks if need be, and mount it."""
    if mounted(clone.disk):
        return
    file = clone.state / "disk.btrfs"
    clone.disk.mkdir(exist_ok=True)
    if not file.exists():
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with new.open("wb") as empty:
            empty.truncate(SIZE)
        run("mkfs.btrfs", "-q", new)
        new.rename(file)
    run("mount", "-o", "loop,compress=zstd:1,noatime,discard=async", file, clone.disk)
    for name in ("hosts", "saved"):
        (clone.disk / name).mkdir(exist_ok=True)


def unmount(clone: Clone) -> None:
    """Unmount the disks; the loop device goes by itself."""
    while mounted(clone.disk):
        run("umount", clone.disk)


def drop_leftovers(clone: Clone) -> None:
    """Remove what a killed run left half-made; only under the clone's lock."""
    for left in clone.disk.glob("tmp.*"):
        delete(left)


def build(clone: Clone, fill: Callable[[Path], None], source: Path | None, target: Path) -> None:
    """Make a subvolume, empty or as a copy, and give it its name when it is complete."""
    new = clone.disk / f"tmp.{uuid.uuid4().hex}"
    if source:
        run("btrfs", "-q", "subvolume", "snapshot", source, new)
    else:
        run("btrfs", "-q", "subvolume", "create", new)
    fill(new)
    new.rename(target)


def save(clone: Clone, source: Path, target: Path) -> None:
    """Keep a copy of a stopped host's root in place of the one of that name."""
    new, old = (clone.disk / f"tmp.{uuid.uuid4().hex}" for _ in range(2))
    run("btrfs", "-q", "subvolume", "snapshot", source, new)
    if target.exists():
        target.rename(old)
    new.rename(target)
    delete(old)


def delete(path: Path) -> None:
    """Delete a subvolume with those that the host's own systemd made inside it."""
    if not path.exists():
        return
    listed = run("btrfs", "subvolume", "list", "-o", path)
    inner = re.findall(r" path (.+)$", listed, re.MULTILINE)
    for name in inner:
        delete(path / Path(name).relative_to(top_of(path)))
    run("btrfs", "-q", "subvolume", "delete", path)


def top_of(path: Path) -> Path:
    """Name a subvolume as btrfs does: from the file system's top, not from the mount."""
    return Path(run("btrfs", "subvolume", "show", path).splitlines()[0].strip())


def base(clone: Clone) -> Path:
    """Give the subvolume that blank hosts are copies of, unpacked once from the cache."""
    tarball = root.tarball()
    target = clone.disk / f"base-{tarball.parent.name}"
    if target.exists():
        return target
    for old in clone.disk.glob("base-*"):
        delete(old)
    with stage("unpacking the Debian 13 root for this clone"):
        build(clone, lambda new: untar(tarball, new), None, target)
    return target


def untar(tarball: Path, folder: Path) -> None:
    """Unpack with owners and file capabilities as Debian set them."""
    run("tar", "-C", folder, "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", tarball)
