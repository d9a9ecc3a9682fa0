"""Files and directories as they shall stand on a host, and their digests."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.checkout import CHECKOUT
from infra.onhost import layout
from infra.onhost.layout import LAYOUT

TEMPLATES = Environment(
    loader=FileSystemLoader(CHECKOUT),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701  what is rendered is configuration, not HTML
)
TEMPLATES.globals |= {"layout": LAYOUT, "names": layout}  # paths, and the other names on a host


@dataclass(frozen=True, order=True)
class HostFile:
    """A file on the host: where, what, and whose. `content` None means a directory."""

    path: str
    content: bytes | None = None
    mode: str = "644"
    user: int = 0
    group: int = 0

    def state(self) -> str:
        """What the fact FileStates reports of this file when it is as it shall be."""
        digest = "directory" if self.content is None else hashlib.sha256(self.content).hexdigest()
        return f"{self.mode}:{self.user}:{self.group}:{digest}"


def directory(path: Path, mode: str = "755", user: int = 0, group: int = 0) -> HostFile:
    """A directory with its mode and owner."""
    return HostFile(str(path), None, mode, user, group)


def text(path: Path, content: str, mode: str = "644", group: int = 0) -> HostFile:
    """A file of root's with this text."""
    return HostFile(str(path), content.encode(), mode, 0, group)


def template(path: Path, source: str, **values: object) -> HostFile:
    """A file of root's, rendered from the template `source` (a path from the checkout)."""
    return text(path, render(source, **values))


def render(source: str, /, **values: object) -> str:
    """The text of the template `source`; an undefined variable is an error."""
    return TEMPLATES.get_template(source).render(**values)


def sent(source: Path) -> Iterator[Path]:
    """The files under a local folder that a host gets, without caches and dot files.

    Raises OSError for a folder that cannot be read.
    """
    for parent, folders, names in os.walk(source, onerror=_fail):
        folders[:] = [name for name in folders if _is_sent(name)]
        yield from (
            path for name in names if _is_sent(name) and (path := Path(parent, name)).is_file()
        )


def _is_sent(name: str) -> bool:
    return not name.startswith(".") and name != "__pycache__"


def _fail(error: OSError) -> None:
    raise error


def folder(source: Path, target: str) -> list[HostFile]:
    """The files under a local folder as files under `target`, without caches and dot files."""
    found = []
    for path in sorted(sent(source)):
        mode = "755" if path.stat().st_mode & 0o100 else "644"
        parts = path.relative_to(source).parts
        found.append(HostFile(str(PurePosixPath(target, *parts)), path.read_bytes(), mode))
    return found


def archive(files: Iterable[HostFile]) -> bytes:
    """A tar of the files (not the directories), the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for file in sorted(files):
            if file.content is not None:
                info = tarfile.TarInfo(file.path.lstrip("/"))
                info.size, info.mode = len(file.content), int(file.mode, 8)
                info.uid, info.gid = file.user, file.group
                tar.addfile(info, io.BytesIO(file.content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def digest(files: Iterable[HostFile], *more: str) -> str:
    """Twelve hexadecimal digits that change when any of the files or words change."""
    total = hashlib.sha256()
    for line in [*(f"{file.path}:{file.state()}" for file in sorted(files)), *more]:
        total.update(line.encode() + b"\n")
    return total.hexdigest()[:12]
