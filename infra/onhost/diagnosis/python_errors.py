"""The exception in a log of Python's: its last line, its place in the application, its frames.

A traceback is as the standard library's module `traceback` prints it: frames are indented, and the
exception's line is not. Servers put such lines into a `message` of JSON.
"""

import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

BEGIN = "Traceback (most recent call last):"
FRAME = re.compile(r'\s+File "(?P<file>[^"]+)", line (?P<line>\d+)')
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(: .*|$)")
MARK = re.compile(r"\s*[~^]+\s*")  # below a line of code
# Not the application's own: packages, Python, and what is imported by its name alone.
FOREIGN = re.compile(r"site-packages|dist-packages|/lib/python3|^<|/opt/venv/bin/")
MOST_FRAMES = 4
MISSING_MODULE = re.compile(r"ModuleNotFoundError: No module named '(?P<name>[^'.]+)")


@dataclass(frozen=True)
class PythonError:
    """An exception that ended a program, or a request of it."""

    line: str
    """Its type and message."""
    place: str
    """The file and line of the application where it came up; empty when that is unknown."""
    frames: list[str]
    """The application's frames, each with its line of code, the innermost last."""

    @property
    def summary(self) -> str:
        """One line."""
        return f"{self.line} ({self.place})" if self.place else self.line


def unwrapped(line: str) -> list[str]:
    """The text in a line of a log, which a server may have put into JSON."""
    try:
        found = json.loads(line) if line.startswith("{") else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("message"), str):
        return [line]
    rest = (found.get(name) for name in ("exception", "exc_info", "traceback"))
    return "\n".join([found["message"], *(r for r in rest if isinstance(r, str))]).splitlines()


def last(log: Iterable[str]) -> PythonError | None:
    """The last exception in a log; None when there is none."""
    found: PythonError | None = None
    block: list[str] | None = None
    for line in (_straight(text.rstrip()) for whole in log for text in unwrapped(whole)):
        if line.endswith(BEGIN):
            block = []
        elif block is None:
            block = [line] if FRAME.match(line) else None  # a SyntaxError may have no other head
        elif line.startswith((" ", "\t")) or not line:
            block.append(line)
        else:
            found = _error(line, block) if EXCEPTION.fullmatch(line) else found
            block = None
    return found


def _straight(line: str) -> str:
    """A line with the path of its frame as people write it: a server may have added `/../`."""
    found = FRAME.match(line)
    return line.replace(found["file"], posixpath.normpath(found["file"]), 1) if found else line


def _error(line: str, block: list[str]) -> PythonError:
    frames: list[list[str]] = []
    for text in block:
        if FRAME.match(text):
            frames.append([text])
        elif frames and text.strip() and not MARK.fullmatch(text):
            frames[-1].append(text)
    own = [frame for frame in frames if not FOREIGN.search(_file(frame)[0])]
    shown = (own or frames)[-MOST_FRAMES:]
    file, number = _file(shown[-1]) if shown else ("", "")
    place = f"{file}, line {number}" if file else ""
    return PythonError(line, place, [text for frame in shown for text in frame[:2]])


def _file(frame: list[str]) -> tuple[str, str]:
    found = FRAME.match(frame[0])
    return (found["file"], found["line"]) if found else ("", "")


def advice(error: PythonError) -> str:
    """What to do about it, where that is known."""
    missing = MISSING_MODULE.match(error.line)
    if not missing:
        return ""
    name = missing["name"]
    if name == "app":
        return "the folder app.source has no such module; use relative imports for its own modules"
    return f"if {name} is a package, add it to the lock file in app.requirements and deploy again"
