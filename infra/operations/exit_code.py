"""The exit code of a run that runs somebody's command: the command's own."""

import sys
from typing import Any

_codes: list[int] = []


def keep(code: int) -> None:
    """Ends this run with the code, unless an earlier command of it has failed."""
    if code:
        _codes.append(code)


def pass_on(run: Any) -> None:
    """Once pyinfra's run ends (click's context of it), the code that was kept counts."""
    run.call_on_close(lambda: sys.exit(_codes[0]) if _codes else None)
