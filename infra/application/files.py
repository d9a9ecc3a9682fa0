"""The files of the source that go into the image."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from infra.application.ignored import (
    DockerRules,
    GitRules,
    docker_rules,
    git_files,
    git_ignored,
    is_not_source,
)
from infra.settings.fields.local_paths import check_sent, shown
from infra.settings.fields.section import FieldError

SETTING = "app.source"
ALWAYS = {".git", "__pycache__"}  # left out of Slipway's own image in any case
Skip = Callable[[Path, str], bool]  # whether a folder is left out


@dataclass(frozen=True)
class SourceFiles:
    """The files of a source by their paths in it, and what was left out."""

    kept: dict[str, Path]
    left_out: list[str] = field(default_factory=list)
    rules: str = ""
    """Whose rules leave files out."""


def source_files(source: Path, dockerfile: str = "") -> SourceFiles:
    """The files that an image of this source is built from.

    `dockerfile` is the path of the application's own in the source: then the files are those that
    Docker takes. Raises FieldError for one that cannot be sent.
    """
    try:
        rules = docker_rules(source, dockerfile)
        if rules:
            found = _by_docker(source, rules, dockerfile)
        elif dockerfile:
            found = SourceFiles(
                dict(_walk(source, is_left_out=lambda path, _: is_not_source(path)))
            )
        else:
            found = _by_git(source)
        for path in found.kept.values():
            if not path.exists():
                raise ValueError(f"the link {shown(path)} leads nowhere: remove it")  # noqa: TRY301
            check_sent(path)
    except OSError as error:
        reason = f"{shown(error.filename)} cannot be read: {error.strerror}"
        raise FieldError(SETTING, reason) from None
    except ValueError as error:
        raise FieldError(SETTING, str(error)) from None
    if not found.kept:
        raise FieldError(SETTING, f"the folder {shown(source)} has no files for the image")
    return found


def _by_docker(source: Path, rules: DockerRules, dockerfile: str) -> SourceFiles:
    skipped: list[str] = []

    def is_left_out(path: Path, name: str) -> bool:
        if not dockerfile and path.name in ALWAYS:
            return True
        left_out = rules.leaves_out(name, folder=True) and not dockerfile.startswith(f"{name}/")
        skipped.extend([f"{name}/"] if left_out else [])
        return left_out

    kept = dict(_walk(source, is_left_out=is_left_out))
    own = {dockerfile, ".dockerignore"} if dockerfile else set()  # Docker itself takes them always
    out = {name for name in kept if name not in own and rules.leaves_out(name, folder=False)}
    names = sorted([*skipped, *out])
    return SourceFiles(
        {name: path for name, path in kept.items() if name not in out}, names, ".dockerignore"
    )


def _by_git(source: Path) -> SourceFiles:
    """Without a .dockerignore: as git sees the source, tracked files and new ones."""
    names = git_files(source)
    if names is None:
        left_out: list[str] = []
        kept = dict(_walk_by_git_rules(source, left_out))
        return SourceFiles(kept, sorted(left_out), ".gitignore" if left_out else "")
    kept = {}
    for name in names:
        path = source / name
        if any(part in ALWAYS for part in PurePosixPath(name).parts):
            continue
        if path.is_dir():  # a link to a folder, or a submodule
            kept |= dict(_walk(path, name, is_left_out=lambda path, _: is_not_source(path)))
        elif path.is_file() or path.is_symlink():
            kept[name] = path
    return SourceFiles(kept, git_ignored(source), "git")


def _walk_by_git_rules(source: Path, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    rules = {"": GitRules().within(source, "")}

    def is_left_out(path: Path, name: str) -> bool:
        above = rules[name.rpartition("/")[0]]
        if is_not_source(path):
            return True
        if above.leaves_out(name, folder=True):
            left_out.append(f"{name}/")
            return True
        rules[name] = above.within(path, name)
        return False

    for name, path in _walk(source, is_left_out=is_left_out):
        if rules[name.rpartition("/")[0]].leaves_out(name, folder=False):
            left_out.append(name)
        else:
            yield name, path


def _walk(
    folder: Path, base: str = "", above: tuple[str, ...] = (), *, is_left_out: Skip
) -> Iterator[tuple[str, Path]]:
    """The files under a folder, through links to folders. Raises ValueError for one in a circle."""
    real = os.path.realpath(folder)
    if real in above:
        raise ValueError(f"the link {shown(folder)} leads to a folder that holds it: remove it")
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path, name = Path(entry.path), f"{base}/{entry.name}" if base else entry.name
        if entry.is_dir():
            if not is_left_out(path, name):
                yield from _walk(path, name, (*above, real), is_left_out=is_left_out)
        elif entry.is_file() or entry.is_symlink():
            yield name, path
