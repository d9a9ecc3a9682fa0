"""Run other programs, and say in one line what went wrong."""

import contextlib
import glob
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

from .plain import plain

LINES = 8  # of what a program said that failed
LONGEST_LINE = 65536  # bytes; what is longer is cut
LEFT_SECONDS = 3600  # then a temporary file is of a writer that was killed


class Failure(Exception):  # noqa: N818  reads better where it is raised
    """What could not be done, and what to look at: shown without a traceback, exit code 1."""


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 900,
    both: bool = False,
    given: str = "",
) -> str:
    """The standard output of a program that must succeed within `timeout` seconds.

    Raises Failure with the program's last lines otherwise: of standard error if it says something
    there, or of `both`, for one that says the reason on its standard output. `given` is its
    standard input.
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
            input=given,
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


def last_lines(*command: str | Path, limit: float, lines: int) -> tuple[int | None, list[str]]:
    """The exit code of a program, and the last lines of all that it said; both streams as one.

    The code is None when it was ended after `limit` seconds. It may say any amount.
    """
    words = [str(word) for word in command]
    kept: deque[str] = deque(maxlen=lines)
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    ) as program:
        ended = threading.Event()

        def end() -> None:
            ended.set()
            program.kill()

        timer = threading.Timer(limit, end)
        timer.start()
        said = cast("IO[bytes]", program.stdout)  # it is a pipe
        for line in iter(lambda: said.readline(LONGEST_LINE), b""):
            kept.extend(plain(line.decode(errors="replace")).splitlines())
        program.wait()
        timer.cancel()
    return (None if ended.is_set() else program.returncode), list(kept)


def _last_lines(*texts: bytes | str | None) -> list[str]:
    """The end of what a program said, of each stream; bytes when its time was over."""
    read = [t.decode(errors="replace") if isinstance(t, bytes) else t or "" for t in texts]
    return [line for text in read for line in plain(text).strip().splitlines()[-LINES:]]


def succeeds(*command: str | Path) -> bool:
    """Whether a program ends with exit code 0; its output is dropped."""
    words = [str(word) for word in command]
    return not subprocess.run(words, capture_output=True, check=False).returncode


def say(line: str) -> None:
    """Progress for the operator and the journal, as text."""
    print(plain(line), file=sys.stderr, flush=True)


def replace(path: Path, content: bytes, mode: int = 0o644, group: int = 0) -> None:
    """Writes a file of root's as a whole, synced: readers see the old content or the new.

    Several may write the same file at once: each has a temporary file of its own.
    """
    descriptor, name = tempfile.mkstemp(".new", f".{path.name}.", path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchown(file.fileno(), 0, group)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _remove_left(path)


def _remove_left(path: Path) -> None:
    """Removes the temporary files of writers that were killed."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.new"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()
