"""uv on the operator's machine: it makes locks, and says whether one can be installed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.application.locks.pins import PYTHON, LockError

LIMIT = 300  # seconds
PLATFORM = "x86_64-manylinux_2_40"
NO_ANSWER = ("error sending request", "Failed to fetch", "dns error", "operation timed out")


class NoAnswerError(Exception):
    """The package index does not answer."""


def program() -> str | None:
    """Where uv is: beside this Python, else on the path."""
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")


def run(*words: str, folder: Path, content: str | None = None) -> str:
    """What uv prints. Raises LockError with its reason, NoAnswerError without an index."""
    found = program()
    if found is None:
        raise LockError("needs uv, which is not installed: run bin/venv deploy")
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    try:
        done = subprocess.run(
            [found, *words, "--color", "never"], cwd=folder, env=environment, input=content,
            capture_output=True, text=True, check=False, timeout=LIMIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"uv took longer than {LIMIT} s") from None
    if done.returncode == 0:
        return done.stdout
    if any(sign in done.stderr for sign in NO_ANSWER):
        raise NoAnswerError(reason(done.stderr))
    raise LockError(reason(done.stderr))


def reason(said: str) -> str:
    """uv's reason in one line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    start = next(
        (
            at
            for at, line in enumerate(lines)
            if line.startswith(("error:", "\N{MULTIPLICATION SIGN}"))
        ),
        0,
    )
    kept = [line for line in lines[start:] if not line.startswith(("hint:", "Using "))]
    words = " ".join(kept).removeprefix("error: ")
    return words.replace("No solution found when resolving dependencies cause: ", "")[:600]


def export(lock: Path) -> str:
    """The requirements of a uv.lock, with hashes: those of the project, without its groups."""
    return run(
        "export", "--frozen", "--no-emit-workspace", "--no-default-groups", "--no-header",
        "--no-annotate", "--format", "requirements.txt", folder=lock.parent,
    )  # fmt: skip


def locked(content: str | None, path: Path, before: Path) -> str:
    """A lock with hashes for a file of requirements without; versions in the lock before are kept.

    `content` is the text of the requirements; None for a pyproject.toml, which uv reads itself.
    """
    with tempfile.TemporaryDirectory() as made:
        output = Path(made, "lock.txt")
        if before.exists():
            shutil.copy(before, output)
        run(
            "pip", "compile", path.name if content is None else "-", "--universal",
            "--python-version", PYTHON, "--generate-hashes", "--no-strip-extras", "--no-header",
            "--no-annotate", "--no-emit-index-url", "--quiet", "--output-file", str(output),
            folder=path.parent, content=content,
        )  # fmt: skip
        return output.read_text(encoding="utf-8")


def try_out(requirements: str, *, wheels_only: bool) -> None:
    """Ask the index for all that a build will. Raises LockError, NoAnswerError."""
    with tempfile.TemporaryDirectory() as made:
        run(
            "pip", "install", "--dry-run", "--target", f"{made}/target", "--python-version", PYTHON,
            "--python-platform", PLATFORM, "--require-hashes", "--requirement", "-",
            *(("--only-binary", ":all:") if wheels_only else ()),
            folder=Path(made), content=requirements,
        )  # fmt: skip
