"""The health check of a web container: it runs there, as `python3 FOLDER SOCKET PATH HOST [any]`.

A server that has more to do than it can is well: a restart would lose what it does.
"""

import sys
from pathlib import Path

from ..services import sockets
from . import work


def problem(
    path: Path, asked: str, host: str, seconds: float = 5, *, any_answer: bool = False
) -> str:
    """What is wrong with the server; empty when it is well, or busy.

    It has these seconds for its answer.
    """
    before = work.of(path)
    try:
        answer = sockets.ask(path, asked, host, seconds, whole=not any_answer)
    except OSError as error:
        return "" if work.busy(before, work.of(path)) else f"{path}: {error}"
    return "" if any_answer or answer.status == 200 else f"{asked} answered {answer.status}"


def main() -> None:
    """Exit with 0, or with one line that says what is wrong."""
    _, path, asked, host, *more = sys.argv
    sys.exit(problem(Path(path), asked, host, any_answer=more == ["any"]) or None)
