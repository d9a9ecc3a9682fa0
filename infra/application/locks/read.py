"""Find the application's lock, and read it; make one where there are no hashes."""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.application.locks import uv
from infra.application.locks.kinds import READERS
from infra.application.locks.pins import OPTION, LockError, Pin, decoded, lines, parsed

VERSION_CONTROL = re.compile(r"\b(git|hg|svn|bzr)\+")
FOLDER = re.compile(r"(-e|--editable)\s|\.{0,2}/|file:")
ITSELF = re.compile(r"((-e|--editable)[ =])?\s*\./?(\[.*\])?")  # the source is on Python's path
MADE = (
    "# Made by a deploy from {name}, sha256 {digest}. Keep it: the next deploy installs the same."
)


@dataclass(frozen=True)
class Lock:
    """What is installed, and where that is written."""

    path: Path
    """The file of the application."""
    pins: list[Pin]
    options: list[str]
    """Lines of the requirements that say which index is asked."""
    made: Path | None = None
    """Where the lock is kept that was made, for a file without hashes."""


def read(path: Path, folder: Path) -> Lock:
    """The lock in a file; one that is made is kept in the folder. Raises LockError."""
    try:
        if reader := READERS.get(path.name):
            return Lock(path, reader(path), [])
        if path.name == "uv.lock":
            exported = uv.export(path)
            _refuse_other_places(path, exported)
            return Lock(path, _plain(path, parsed(exported)), [])
        if path.name == "pyproject.toml":
            return _of_project(path, folder)
        content = decoded(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, LockError):
            raise
        raise LockError(f"{path.name} cannot be read: {error}") from None
    written = lines(content)
    options = [line for line in written if OPTION.match(line)]
    wanted = [line for line in written if not ITSELF.fullmatch(line) and line not in options]
    if wanted and all("--hash" in line for line in wanted):
        return Lock(path, parsed("\n".join(wanted)), options)
    everything = _with_included(path, wanted)
    _refuse_other_places(path, everything)
    found = _made(path, "\n".join([*options, *wanted]), everything, folder)
    return Lock(path, found.pins, options, found.made)


def _of_project(path: Path, folder: Path) -> Lock:
    """The lock of a pyproject.toml. Raises LockError when that names no dependencies."""
    content = path.read_text(encoding="utf-8")
    project = tomllib.loads(content).get("project", {})
    if "dependencies" not in [*project, *project.get("dynamic", ())]:
        raise LockError(
            f"{path.name} has no dependencies below [project]: make a lock with the tool of the"
            " project, like `poetry lock`, or write a requirements.txt"
        )
    return _made(path, None, content, folder)


def _plain(path: Path, pins: list[Pin]) -> list[Pin]:
    for one in pins:
        if not one.hashes:
            raise _elsewhere(path, one.requirement)
    return pins


def _refuse_other_places(path: Path, everything: str) -> None:
    """Raises LockError for repositories and folders: they have no hash."""
    for line in everything.splitlines():
        if VERSION_CONTROL.search(line) or FOLDER.match(line):
            raise _elsewhere(path, line)


def _elsewhere(path: Path, requirement: str) -> LockError:
    return LockError(
        f"{path.name} has {requirement}, which comes from elsewhere than an index: it has no hash."
        " Name a version of it, or bring a Dockerfile (app.dockerfile)"
    )


def _with_included(path: Path, wanted: Iterable[str]) -> str:
    """All that the lock depends on: the lines, and the files that they name."""
    parts = list(wanted)
    for line in list(parts):
        if found := re.fullmatch(r"(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S+)", line):
            file = path.parent / found[1]
            if file.is_file() and file != path:
                parts.append(_with_included(file, lines(decoded(file.read_bytes()))))
    return "\n".join(parts)


def _made(path: Path, content: str | None, all_of_it: str, folder: Path) -> Lock:
    """The lock that was made from a file, made again when that has changed."""
    kept = folder / f"{slug(path.parent, folder.parent)}.txt"
    digest = hashlib.sha256(all_of_it.encode()).hexdigest()
    first = MADE.format(name=path.name, digest=digest)
    if not kept.is_file() or kept.read_text(encoding="utf-8").splitlines()[:1] != [first]:
        try:
            text = uv.locked(content, path, kept)
        except uv.NoAnswerError as error:
            raise LockError(f"{path.name} has no hashes, and no index answers: {error}") from None
        except LockError as error:
            raise LockError(f"{path.name} cannot be locked: {error}") from None
        _plain(path, parsed(text))
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"{first}\n{text}", encoding="utf-8")
    return Lock(path, parsed(kept.read_text(encoding="utf-8")), [], kept)


def slug(source: Path, beside: Path) -> str:
    """A name for a source, from its path beside the inventory: the same on every machine."""
    relative = os.path.relpath(source.resolve(), beside.resolve())
    return re.sub(r"[^A-Za-z0-9-]+", "_", relative).strip("_") or "application"
