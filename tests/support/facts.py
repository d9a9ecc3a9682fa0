"""Facts' commands, run by sh on this machine, with programs in place of what is not on it."""

import os
import subprocess
from pathlib import Path
from typing import Any

from pyinfra.api import FactBase

from infra.facts.login_shell import MARKER


def ask(fact: FactBase[Any], programs: Path | None = None, /, **arguments: Any) -> Any:
    """What the fact says, as pyinfra asks it."""
    done = subprocess.run(
        ["sh", "-c", str(fact.command(**arguments))],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,  # a fact that fails would fail the host
    )
    return fact.process(done.stdout.splitlines())


def read(fact: FactBase[Any], *lines: str) -> Any:
    """What the fact makes of an answer of these lines."""
    return fact.process([MARKER, *lines])


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
