"""Run other programs, and say in one line what went wrong."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK_SECONDS = 0.5
LINES = 8  # of what a program said that failed


class Failure(Exception):  # noqa: N818  reads better where it is raised
    """What could not be done, and what to look at: shown without a traceback, exit code 1."""


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 900,
    both: bool = False,
) -> str:
    """The standard output of a program that must succeed within `timeout` seconds.

    Raises Failure with the program's last lines otherwise: of standard error if it says something
    there, or of `both`, for one that says the reason on its standard output.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            errors="replace",  # an application may log any bytes
            check=False,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Failure(f"{words[0]}: {error}") from error
    except subprocess.TimeoutExpired as error:
        told = _last_lines(error.stdout, error.stderr)
        late = f"{' '.join(words[:4])}: not finished after {timeout:g} s"
        raise Failure("\n".join([late, *told])) from error
    if done.returncode:
        said = [done.stdout.strip(), done.stderr.strip()]
        shown = said if both else [said[1] or said[0]]
        last = "\n".join(_last_lines(*shown))
        raise Failure(f"{' '.join(words[:4])}: exit code {done.returncode}: {last}")
    return done.stdout


def _last_lines(*texts: bytes | str | None) -> list[str]:
    """The end of what a program said, of each stream; bytes when its time was over."""
    read = [t.decode(errors="replace") if isinstance(t, bytes) else t or "" for t in texts]
    return [line for text in read for line in text.strip().splitlines()[-LINES:]]


def succeeds(*command: str | Path) -> bool:
    """Whether a program ends with exit code 0; its output is dropped."""
    words = [str(word) for word in command]
    return not subprocess.run(words, capture_output=True, check=False).returncode


def say(line: str) -> None:
    """Progress for the operator and the journal."""
    print(line, file=sys.stderr, flush=True)


def replace(path: Path, content: bytes, mode: int = 0o644, group: int = 0) -> None:
    """Writes a file of root's as a whole, synced: readers see the old content or the new."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fchown(file.fileno(), 0, group)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


@contextmanager
def lock(path: Path, purpose: str) -> Iterator[None]:
    """Holds a lock, which ends with its holder. Raises Failure that names another holder."""
    with path.open("a+") as file:
        if not _taken(file):
            file.seek(0)
            raise Failure(f"another change of this host is under way: {file.read().strip()}")
        file.truncate(0)
        file.write(f"{purpose}, process {os.getpid()}, since {time.ctime()}\n")
        file.flush()
        yield


def _taken(file: IO[str]) -> bool:
    """Tries for a moment: who asks whether it is locked holds the lock while asking."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        else:
            return True


def locked(path: Path) -> bool:
    """Whether somebody holds this lock."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
