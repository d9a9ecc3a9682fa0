"""Which files of a source are left out: by its .dockerignore, or by git's rules without one."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec, PathSpec
from pathspec.pattern import Pattern

DOCKERIGNORE = ".dockerignore"
# Nobody's source: left out unless a .dockerignore says what is. A folder with the file pyvenv.cfg
# is a virtual environment, whatever its name.
NOT_SOURCE = frozenset({".git", "venv", ".venv", "node_modules", "__pycache__"})
ENVIRONMENT = "pyvenv.cfg"


@dataclass(frozen=True)
class DockerRules:
    """The patterns of a .dockerignore: the last that matches a file, or a folder of it, counts.

    Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    patterns: tuple[Pattern, ...]

    @property
    def may_skip(self) -> bool:
        """Whether all of a folder is left out with it: no pattern takes a file back."""
        return all(pattern.include for pattern in self.patterns)

    def leaves_out(self, path: str, *, folder: bool) -> bool:
        """Whether a path, relative to the source, is left out; a folder, with all that is in it."""
        if folder and not self.may_skip:
            return False
        names = [path, *map(str, PurePosixPath(path).parents)][:-1]
        said = [one.include for one in self.patterns if any(map(one.match_file, names))]
        return bool(said and said[-1])


def docker_rules(source: Path, dockerfile: str = "") -> DockerRules | None:
    """The rules for a build with this Dockerfile; None without a .dockerignore."""
    names = [f"{dockerfile}{DOCKERIGNORE}"] if dockerfile else []
    for name in [*names, DOCKERIGNORE]:
        if (source / name).is_file():
            lines = (source / name).read_text(encoding="utf-8-sig", errors="replace").splitlines()
            patterns = [_of_git(line) for line in lines if line.strip() and line[0] != "#"]
            return DockerRules(tuple(PathSpec.from_lines("gitignore", patterns).patterns))
    return None


def _of_git(pattern: str) -> str:
    """Docker's pattern in git's words: it starts at the root, wherever its slashes are."""
    back, rest = ("!", pattern.strip()[1:]) if pattern.strip().startswith("!") else ("", pattern)
    return f"{back}/{PurePosixPath('/', rest.strip().strip('/')).relative_to('/')}"


@dataclass(frozen=True)
class GitRules:
    """The .gitignore files from the source's root down to a folder, where there is no git."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def within(self, folder: Path, path: str) -> "GitRules":
        """The rules in a folder, whose path relative to the source is `path`."""
        file = folder / ".gitignore"
        if not file.is_file():
            return self
        lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        return GitRules(((path, GitIgnoreSpec.from_lines(lines)), *self.specs))

    def leaves_out(self, path: str, *, folder: bool) -> bool:
        """Whether a path is ignored: the nearest file that says anything counts."""
        for base, spec in self.specs:
            relative = path.removeprefix(f"{base}/") if base else path
            said = spec.check_file(f"{relative}/" if folder else relative).include
            if said is not None:
                return said
        return False


def git_files(source: Path) -> list[str] | None:
    """The files that git knows or would take, relative to the source; None without git."""
    if _git(source, "check-ignore", "--quiet", ".") is not None:  # in a folder that git ignores
        return None
    found = _git(source, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return None if found is None else _names(found)


def git_ignored(source: Path) -> list[str]:
    """What git ignores in a source: files, and folders of which it ignores all."""
    words = ("-z", "--others", "--ignored", "--exclude-standard", "--directory")
    found = _names(_git(source, "ls-files", *words) or b"")
    return [name for name in found if not NOT_SOURCE & set(PurePosixPath(name).parts)]


def _names(found: bytes) -> list[str]:
    return sorted({name.decode(errors="surrogateescape") for name in found.split(b"\0")} - {""})


def _git(source: Path, *words: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", source, *words], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def is_not_source(path: Path) -> bool:
    """Whether a folder is left out by its name, or as a virtual environment."""
    return path.name in NOT_SOURCE or (path / ENVIRONMENT).is_file()


def summary(names: Iterable[str], most: int = 5) -> str:
    """Some of the names that are left out."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
