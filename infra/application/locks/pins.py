"""One version of each package, with the hashes of its files: what the build installs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.markers import Marker, default_environment
from packaging.utils import canonicalize_name

PYTHON = "3.13"  # of Slipway's image, Debian 13's
MACHINES = ("x86_64", "aarch64")
HASH = re.compile(r"--hash[= ](\S+)")
OPTION = re.compile(r"(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")


class LockError(ValueError):
    """A lock that cannot be used: the message says why, and what to do."""


@dataclass(frozen=True)
class Pin:
    """A requirement as it stands in a requirements file, with its hashes."""

    name: str
    requirement: str
    """Like `flask[async]==3.1.3 ; python_version < "4"`."""
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        """The version, empty for what has none, like a URL."""
        found = re.search(r"===?\s*([^\s;,]+)", self.requirement)
        return found[1] if found else ""

    def line(self) -> str:
        """The pin in a requirements file."""
        return " \\\n    ".join([self.requirement, *(f"--hash={one}" for one in self.hashes)])


def pin(
    name: str, version: str, hashes: Iterable[str], marker: str = "", extras: Iterable[str] = ()
) -> Pin:
    """A pin from the parts that a lock has."""
    chosen = f"[{','.join(sorted(extras))}]" if extras else ""
    condition = f" ; {marker}" if marker else ""
    requirement = f"{canonicalize_name(name)}{chosen}=={version}{condition}"
    return Pin(canonicalize_name(name), requirement, tuple(sorted(set(hashes))))


def text(pins: Iterable[Pin], options: Iterable[str] = ()) -> str:
    """A requirements file with hashes."""
    return "".join(f"{line}\n" for line in [*options, *(one.line() for one in pins)])


def lines(content: str) -> list[str]:
    """The logical lines of a requirements file, without comments."""
    joined = re.sub(r"\\\r?\n", " ", content)
    found = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in joined.splitlines())
    return [line for line in found if line]


def parsed(content: str) -> list[Pin]:
    """The pins of a requirements file; its options are left out."""
    found = []
    for line in lines(content):
        if name := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
            requirement = HASH.sub("", line).strip()
            found.append(Pin(canonicalize_name(name[0]), requirement, tuple(HASH.findall(line))))
    return found


def decoded(content: bytes) -> str:
    """The text of a requirements file; Windows' shell writes UTF-16."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


def applies(marker: str, extras: Iterable[str] = ()) -> bool:
    """Whether a marker holds in the image, on any of the machines."""
    if not marker:
        return True
    image = {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": PYTHON, "python_full_version": f"{PYTHON}.5",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
        "implementation_version": f"{PYTHON}.5",
        "os_name": "posix", "sys_platform": "linux", "platform_system": "Linux",
    }  # fmt: skip
    return any(
        Marker(marker).evaluate({**image, "platform_machine": machine, "extra": extra})
        for machine in MACHINES
        for extra in ["", *extras]
    )
