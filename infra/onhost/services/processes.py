"""Processes of the host, from /proc: which they are, and what limits they have."""

from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def identity(process: str) -> str:
    """A process number with its start: no other process ever has both. Empty when it has ended."""
    try:
        fields = (PROC / process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return f"{process}:{fields[19]}"  # since the boot, in ticks of the clock


def memory_limit(process: str) -> int | None:
    """The bytes that the kernel lets a container take, by one of its processes; None for no limit.

    0 when it cannot be read.
    """
    try:
        lines = (PROC / process / "cgroup").read_text().splitlines()
    except OSError:
        return 0
    groups = dict(line.split(":", 2)[1:] for line in lines)
    files = (
        CGROUPS / groups.get("", "/none").lstrip("/") / "memory.max",
        CGROUPS / "memory" / groups.get("memory", "/none").lstrip("/") / "memory.limit_in_bytes",
    )
    for file in files:
        if file.exists():
            found = file.read_text().strip()
            unlimited = found == "max" or int(found) >= 1 << 62
            return None if unlimited else int(found)
    return 0


def same_file(process: str, inside: str, outside: str) -> bool:
    """Whether a path in a container is the file or directory that stands on the host by now."""
    try:
        mine = Path(f"{PROC}/{process}/root{inside}").stat()
        other = Path(outside).stat()
    except OSError:
        return False
    return (mine.st_dev, mine.st_ino) == (other.st_dev, other.st_ino)
