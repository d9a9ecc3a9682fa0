"""Who deploys, and from what: for the history of releases."""

import getpass
import os
import socket
import subprocess

from infra.checkout import CHECKOUT


def operator() -> str:
    """The operator's name at this machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id without an account
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"


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
        ["git", "-C", str(CHECKOUT), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
