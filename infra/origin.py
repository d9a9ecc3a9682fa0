"""Who deploys, and from what: for the history of releases."""

import getpass
import socket
import subprocess

from infra.setting_types import PROJECT


def operator() -> str:
    """The operator's name at this machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def revision() -> str:
    """The checkout's git revision, with `+` when it has uncommitted changes; empty without git."""
    try:
        return _git("rev-parse", "--short=12", "HEAD") + (
            "+" if _git("status", "--porcelain") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(PROJECT), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
