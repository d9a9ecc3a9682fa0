"""Virtual environments: their packages are there, whole, and of the locked versions."""

import csv
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import manifest
from ..config import Host
from ..difference import Difference

LIBRARY = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def differences(host: Host) -> Iterator[Difference]:
    """What is missing, broken or of another version; one line for each environment."""
    for folder, packages in manifest.load(host.layout.manifest).packages.items():
        if problem := broken(Path(folder), packages):
            yield Difference(folder, problem)


def state(host: Host) -> dict[str, object]:
    """Where the link to certbot's leads, and which are broken: what a deploy decides from."""
    link = host.layout.certbot
    wrong = [one.subject for one in differences(host)]
    return {"certbot": str(link.readlink()) if link.is_symlink() else "", "broken": wrong}


def broken(folder: Path, packages: dict[str, str]) -> str:
    """Why this environment does not do; empty when it does."""
    python = folder / "bin" / "python3"
    if not (python.exists() and os.access(python, os.X_OK)):
        return "has no Python"
    library = folder / LIBRARY
    if not library.is_dir():
        return "was made for another Python than this host has"
    found = dict(map(_package, library.glob("*.dist-info")))
    for name, version in packages.items():
        have, record = found.get(normal(name), ("", None))
        if have != version:
            return f"has {name} {have or 'not'} instead of {version}" if have else f"lacks {name}"
        if record and (lost := _lost(library, record)):
            return f"lacks {lost} of {name}, or has another file in its place"
    return ""


def _package(folder: Path) -> tuple[str, tuple[str, Path]]:
    name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
    return normal(name), (version, folder / "RECORD")


def normal(name: str) -> str:
    """A name as the index compares it: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lost(library: Path, record: Path) -> str:
    """The first file of a package that is missing or of another size."""
    if not record.exists():
        return record.name
    with record.open(newline="") as file:
        for path, _, size in csv.reader(file):
            try:
                if size and (library / path).stat().st_size != int(size):
                    return path
            except OSError:
                return path
    return ""
