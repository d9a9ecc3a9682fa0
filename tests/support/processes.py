from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = str(ROOT / "packages/steady-rq/src")  # the libraries of our own

Start = Callable[..., "subprocess.Popen[str]"]


def until(condition: Callable[[], Any], what: str, seconds: float = 45) -> None:
    """Wait for a condition. Fails the test when it does not come true in `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.03)


def ended(process: subprocess.Popen[str], seconds: float = 45) -> tuple[int, str]:
    """Wait for a process to end; return its exit code and what it printed."""
    output, _ = process.communicate(timeout=seconds)
    return process.returncode, output


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill_family(pid: int) -> None:
    """Kill -9 a process and its children, as when a container or a machine dies."""
    family = [pid, *children(pid)]
    for member in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, 9)
