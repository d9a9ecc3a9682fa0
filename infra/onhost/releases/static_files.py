"""Finished static files, out of an image and into the directory that nginx serves."""

import contextlib
import filecmp
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, cast

from .. import manifest
from ..command import Failure, replace, run
from ..config import Host
from . import release

LIST = "static.json"  # in a release's directory: its files, with their states
CONTAINER = "slipway-static"  # never started: files are copied out of it
COPY_SECONDS = 300
ABSENT = "Could not find the file"


def publish(host: Host, new: str, image: str, folder: str) -> None:
    """Adds the files under a folder of the image to those of earlier releases; removes none.

    The release keeps a list of them, with their states. Raises Failure when they cannot be read or
    written. An image may have no such folder.
    """
    _remove()  # what a killed switch has left
    run("docker", "create", "--name", CONTAINER, "--pull", "never", "--network", "none", image)
    try:
        names = _copied(host, f"{CONTAINER}:{folder}/.", f"the static files in {folder} of {image}")
    finally:
        _remove()
    states = {name: manifest.state(host.layout.static / name) for name in names}
    replace(release.folder(host, new) / LIST, json.dumps(states).encode())


def _copied(host: Host, source: str, subject: str) -> list[str]:
    """The names of the files, which go from docker to the disk as they come: of any size."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            ["docker", "cp", source, "-"], stdout=subprocess.PIPE, stderr=said
        ) as copying:
            archive = cast("IO[bytes]", copying.stdout)  # it is a pipe
            limit = threading.Timer(COPY_SECONDS, copying.kill)
            limit.start()
            try:
                names, broken = unpack(archive, host.layout.static), ""
            except tarfile.TarError as error:  # also when there is none
                names, broken = [], str(error)
            finally:
                limit.cancel()
                archive.close()
        said.seek(0)
        problem = said.read().decode(errors="replace").strip()
    if copying.returncode and ABSENT in problem:
        return []
    if copying.returncode < 0:
        raise Failure(f"{subject}: not read after {COPY_SECONDS} s")
    if copying.returncode or broken:
        raise Failure(f"{subject}: {problem or broken}")
    return names


def _remove() -> None:
    run("docker", "rm", "--force", "--volumes", CONTAINER)


def prune(host: Host, releases: Iterable[str]) -> None:
    """Removes the files that none of these releases lists."""
    needed = set[Path]()
    for name in releases:
        try:
            if release.load(host, name).static_folder:
                listed = json.loads((release.folder(host, name) / LIST).read_text())
                needed.update(host.layout.static / file for file in listed)
        except (Failure, FileNotFoundError):
            return  # a release without a list may need any file
    # In reverse: a folder comes after its files.
    for path in sorted(host.layout.static.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with contextlib.suppress(OSError):  # it is not empty
                path.rmdir()
        elif path not in needed:
            path.unlink()


def unpack(archive: IO[bytes], target: Path) -> list[str]:
    """Puts the archive's files under `target`, each as a whole, and returns their names.

    Links and devices are left out.
    """
    names = []
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts
            source = tar.extractfile(member) if member.isreg() else None
            if source and ".." not in parts and not member.name.startswith("/"):
                _put(target, parts, source, member.mtime)
                names.append("/".join(parts))
    return names


def _put(target: Path, parts: tuple[str, ...], content: IO[bytes], modified: float) -> None:
    path = target.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.resolve() != target.resolve().joinpath(*parts[:-1]):
        raise Failure(f"{path} would be outside of {target}")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            shutil.copyfileobj(content, file)
        if path.is_file() and filecmp.cmp(path, temporary, shallow=False):
            return
        temporary.chmod(0o644)
        os.utime(temporary, (modified, modified))  # nginx makes Last-Modified and ETag of it
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
