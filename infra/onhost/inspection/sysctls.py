"""The kernel's settings: what it has, and not what its file says."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..config import Host
from ..difference import Difference

KERNEL = Path("/proc/sys")


def differences(host: Host, kernel: Path = KERNEL) -> Iterator[Difference]:
    """Settings of Slipway's file that the kernel has other values for.

    A setting with `-` before its name need not hold where it cannot be set.
    """
    for line in host.layout.sysctl.read_text().splitlines():
        name, separator, wanted = line.partition("=")
        if not separator or line.startswith("#"):
            continue
        path = kernel / name.strip().removeprefix("-").replace(".", "/")
        optional = name.startswith("-")
        if optional and not os.access(path, os.W_OK):
            continue
        found = path.read_text().split() if path.exists() else ["not there"]
        if found != wanted.split():
            text = f"is {' '.join(found)}, not {wanted.strip()}"
            yield Difference(f"the kernel's {name.strip().removeprefix('-')}", text)
