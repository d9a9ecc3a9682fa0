"""The kinds of locks, each read into pins; nothing is asked of an index."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.application.locks.pins import LockError, Pin, applies, pin

Data = dict[str, Any]


def poetry(path: Path) -> list[Pin]:
    """The main dependencies of a poetry.lock, found from those of pyproject.toml."""
    packages: dict[str, list[Data]] = {}
    for package in tomllib.loads(path.read_text(encoding="utf-8"))["package"]:
        packages.setdefault(canonicalize_name(package["name"]), []).append(package)
    wanted = list(_poetry_main(path.with_name("pyproject.toml")))
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[tuple[str, str], Pin] = {}
    while wanted:
        name, extras = wanted.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for package in packages.get(name, ()):
            if applies(_marker(package)):
                _refuse_other_sources(path, package)
                version, files = package["version"], package["files"]
                found[name, version] = pin(name, version, [file["hash"] for file in files])
                wanted += _poetry_needs(package, extras)
    return [found[key] for key in sorted(found)]


def _marker(package: Data) -> str:
    marker = package.get("markers", "")
    return str(marker if isinstance(marker, str) else marker.get("main", ""))


def _refuse_other_sources(path: Path, package: Data) -> None:
    kind = package.get("source", {}).get("type", "legacy")
    if kind != "legacy":  # legacy means another index
        raise LockError(
            f"{path.name} takes {package['name']} from {kind}: only packages of an index can be"
            " installed. Lock a version of it, or bring a Dockerfile (app.dockerfile)"
        )


def _poetry_main(pyproject: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """The dependencies of the project itself, with their extras."""
    data = tomllib.loads(pyproject.read_text(encoding="utf-8")) if pyproject.is_file() else {}
    for line in data.get("project", {}).get("dependencies", ()):
        found = Requirement(line)
        if applies(str(found.marker or "")):
            yield canonicalize_name(found.name), frozenset(found.extras)
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
    for name, told in poetry.items():
        if canonicalize_name(name) != "python" and not _is_optional(told):
            yield canonicalize_name(name), frozenset(_extras(told))


def _poetry_needs(package: Data, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What a locked package needs, with the extras that are asked of it."""
    of_extras = {
        canonicalize_name(line.split()[0].split("[")[0])
        for extra in extras
        for line in package.get("extras", {}).get(extra, ())
    }
    for name, told in package.get("dependencies", {}).items():
        for one in told if isinstance(told, list) else [told]:
            marker = one.get("markers", "") if isinstance(one, dict) else ""
            needed = not _is_optional(one) or canonicalize_name(name) in of_extras
            if needed and applies(marker, extras):
                yield canonicalize_name(name), frozenset(_extras(one))


def _is_optional(told: Any) -> bool:
    return isinstance(told, dict) and bool(told.get("optional"))


def _extras(told: Any) -> list[str]:
    return list(told.get("extras", ())) if isinstance(told, dict) else []


def pipfile(path: Path) -> list[Pin]:
    """The default packages of a Pipfile.lock."""
    found = []
    for name, told in json.loads(path.read_text(encoding="utf-8"))["default"].items():
        if "version" not in told:
            _refuse_other_sources(path, {"name": name, "source": {"type": "elsewhere"}})
        marker, version = told.get("markers", ""), told["version"].removeprefix("==")
        if applies(marker):
            found.append(pin(name, version, told.get("hashes", ()), marker, told.get("extras", ())))
    return found


def pylock(path: Path) -> list[Pin]:
    """The packages of a pylock.toml.

    Source: https://packaging.python.org/en/latest/specifications/pylock-toml/
    """
    found = []
    for package in tomllib.loads(path.read_text(encoding="utf-8"))["packages"]:
        marker = package.get("marker", "")
        if "directory" in package or not applies(_without_groups(marker)):
            continue  # the project itself, or for another system
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        if "version" not in package or not files:
            kind = "version control" if "vcs" in package else "elsewhere"
            _refuse_other_sources(path, {"name": package["name"], "source": {"type": kind}})
        hashes = [f"sha256:{file['hashes']['sha256']}" for file in files]
        found.append(pin(package["name"], package["version"], hashes))
    return found


def _without_groups(marker: str) -> str:
    """A marker for a group or an extra of the project is for what is not deployed."""
    chosen = "dependency_groups" in marker or "extras" in marker
    return 'sys_platform == "none"' if chosen else marker


READERS: dict[str, Callable[[Path], list[Pin]]] = {
    "pylock.toml": pylock,
    "poetry.lock": poetry,
    "Pipfile.lock": pipfile,
}
