"""Where things live: shared caches, the state of one clone, and its files in the checkout."""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lab.progress import LabError, say

CACHE = Path("/var/cache/slipway-lab")
STATE = Path("/var/lib/slipway-lab")
RUN = Path("/run/slipway-lab")  # locks and sockets: they must not outlive a restart of the machine
CHECKOUT = Path(__file__).resolve().parents[1]

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def valid_name(name: str) -> str:
    """Give the name back if it can be a DNS label, a directory and a machine's name."""
    if not NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is not a valid host name: use a-z, 0-9 and '-', at most 40 characters"
        )
    return name


@dataclass(frozen=True)
class Clone:
    """One checkout of the project and everything that belongs to it on this machine."""

    checkout: Path

    @property
    def id(self) -> str:
        """Short, and the same for each run from this checkout."""
        return hashlib.sha256(str(self.checkout).encode()).hexdigest()[:8]

    @property
    def state(self) -> Path:
        """Root's own files: the hosts' disks, records, keys, logs."""
        return STATE / self.id

    @property
    def disk(self) -> Path:
        """Where the btrfs file with the hosts' roots is mounted."""
        return self.state / "disk"

    @property
    def services(self) -> Path:
        """Pid files, configuration and logs of what runs beside the hosts."""
        return self.state / "services"

    @property
    def sockets(self) -> Path:
        """SSH control sockets: a checkout's own path may be too long for a Unix socket."""
        return RUN / self.id

    @property
    def files(self) -> Path:
        """What the user's programs read, under names that an inventory can fix."""
        return self.checkout / ".lab"

    @property
    def bridge(self) -> str:
        """Network interfaces have at most 15 characters."""
        return f"slw-{self.id}"

    @property
    def table(self) -> str:
        """The nftables table that is this clone's own."""
        return f"slipway_lab_{self.id}"


def this_clone() -> Clone:
    """Describe the clone that this code runs from."""
    return Clone(CHECKOUT)


def owner(checkout: Path) -> tuple[int, int]:
    """Say who shall own files in the checkout: who called sudo, else the checkout's owner."""
    if "SUDO_UID" in os.environ:
        return int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"])
    stat = checkout.stat()
    return stat.st_uid, stat.st_gid


def replace(path: Path, text: str, mode: int = 0o644, own: tuple[int, int] | None = None) -> None:
    """Write a file whole or not at all, readers see the old or the new one."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(text)
    new.chmod(mode)
    if own:
        os.chown(new, *own)
    new.rename(path)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of this machine; the kernel lets go of it when the process dies."""
    folder = RUN / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        if not taken(file, 2):
            say("waiting for another lab command to end ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def taken(file: TextIO, patience: float) -> bool:
    """Try for some seconds to take a lock."""
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        else:
            return True
