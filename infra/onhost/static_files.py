"""Finished static files, out of an image and into the directory that nginx serves."""

import io
import os
import subprocess
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

from . import layout
from .command import Failure, run

ABSENT = "Could not find the file"


def publish(image: str, folder: str) -> None:
    """Adds the files under a folder of the image to those of earlier releases; removes none.

    Raises Failure when they cannot be read or written. An image may have no such folder.
    """
    container = run("docker", "create", "--pull", "never", "--network", "none", image).strip()
    try:
        command = ["docker", "cp", f"{container}:{folder}/.", "-"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    finally:
        run("docker", "rm", "--volumes", container)
    problem = done.stderr.decode(errors="replace").strip()
    if not done.returncode:
        unpack(io.BytesIO(done.stdout), layout.STATIC)
    elif ABSENT not in problem:
        raise Failure(f"the static files in {folder} of {image}: {problem}")


def unpack(archive: IO[bytes], target: Path) -> None:
    """Puts the archive's files under `target`, each as a whole; links and devices are left out."""
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts
            source = tar.extractfile(member) if member.isreg() else None
            if source and ".." not in parts and not member.name.startswith("/"):
                _put(target, parts, source.read(), member.mtime)


def _put(target: Path, parts: tuple[str, ...], content: bytes, modified: float) -> None:
    path = target.joinpath(*parts)
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.resolve() != target.resolve().joinpath(*parts[:-1]):
        raise Failure(f"{path} would stand outside of {target}")
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(content)
    temporary.chmod(0o644)
    os.utime(temporary, (modified, modified))  # nginx makes Last-Modified and ETag of it
    temporary.rename(path)
