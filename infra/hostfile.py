"""Files and directories as they shall stand on a host, and their digests."""

import functools
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

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

LEVEL = 6  # of gzip: the highest takes three times as long, for a hundredth of the size
FIRST_TIME = 978307200  # 2001-01-01


@dataclass(frozen=True, order=True)
class HostFile:
    """A file on the host: where, what, and whose. `content` None means a directory."""

    path: str
    content: bytes | None = None
    mode: str = "644"
    user: int = 0
    group: int = 0

    local: Path | None = None
    """The local file with the content, in place of `content`: it is read when it is sent."""

    @property
    def is_directory(self) -> bool:
        """Whether this is a directory, and no file."""
        return self.content is None and self.local is None

    @property
    def sha256(self) -> str:
        """The digest of the content, in hexadecimal digits."""
        if self.local is None:
            return hashlib.sha256(self.content or b"").hexdigest()
        found = self.local.stat()
        return _sha256(self.local, found.st_size, found.st_mtime_ns, found.st_ino)

    def open(self) -> BinaryIO:
        """The content, to be read."""
        return self.local.open("rb") if self.local else io.BytesIO(self.content or b"")

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return self.local.stat().st_size if self.local else len(self.content or b"")

    def state(self) -> str:
        """What the fact FileStates reports of this file when it is as it shall be."""
        digest = "directory" if self.is_directory else self.sha256
        return f"{self.mode}:{self.user}:{self.group}:{digest}"


@functools.cache
def _sha256(path: Path, *_state: int) -> str:
    """The digest of a local file, read once for each state of it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    """A packed tar of the files (not the directories), the same bytes for the same files."""
    buffer = io.BytesIO()
    pack(files, buffer)
    return buffer.getvalue()


def pack(files: Iterable[HostFile], into: IO[bytes]) -> None:
    """Write the archive of the files; only one of them is in memory at a time."""
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=LEVEL, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in sorted(files):
            if not file.is_directory:
                info = tarfile.TarInfo(file.path.lstrip("/"))
                info.size, info.mode = file.size, int(file.mode, 8)
                info.uid, info.gid = file.user, file.group
                info.mtime = time_of(file.sha256)
                with file.open() as content:
                    tar.addfile(info, content)


def time_of(sha256: str) -> int:
    """A file's time that follows from its content, in the years 2001 to 2020.

    Servers make the ETag of a file from its time: so it changes with the content alone, whichever
    machine deploys.
    """
    return FIRST_TIME + int(sha256[:12], 16) % (20 * 365 * 86400)


def digest(files: Iterable[HostFile], *more: str) -> str:
    """Twelve hexadecimal digits that change when any of the files or words change."""
    total = hashlib.sha256()
    ordered = sorted(files)
    for line in [*(f"{file.path}:{file.state()}" for file in ordered), *more]:
        total.update(line.encode() + b"\n")
    return total.hexdigest()[:12]
