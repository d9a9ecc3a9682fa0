"""Saved deployed hosts: named by all that a deploy puts on them, so that tests start in seconds."""

import hashlib
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.suites.choose import ROOT, deployed

PREFIX = "deployed-"
KEEP = 3
FRESH = timedelta(days=30)  # Debian's updates, and a certificate of 90 days
LAB = str(ROOT / "bin" / "lab")
DEPLOY = ("pyinfra", "tests/inventory.py", "deploy.py", "-y")
# A copy has a domain of its own: certbot would renew the first one's certificate, too.
NO_CERTIFICATES = "sudo rm --recursive --force /etc/letsencrypt"
# Until then the watchdog may be at work, and a deploy does not wait for it.
WELL = (
    "sudo timeout 90 sh -c 'until"
    " [ $(docker ps --quiet --filter health=healthy | wc --lines) -ge 4 ]"
    " && ! systemctl is-active --quiet slipway-watchdog.service; do sleep 1; done'"
)

# Runs a command with these variables, shows what it says, and gives its exit code.
Run = Callable[..., int]


class NotReadyError(Exception):
    """A host for a suite could not be made."""


def files() -> list[str]:
    """List the files of the checkout that git knows or would take."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(set(shown.split("\0")) - {""})


def digest(root: Path, paths: Iterable[str]) -> str:
    """Give a digest of the names, modes and contents of what a deploy puts on a host."""
    whole = hashlib.sha256()
    for path in sorted(filter(deployed, paths)):
        file = root / path
        if file.is_file():
            mode = "x" if file.stat().st_mode & 0o100 else "-"
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            whole.update(f"{path} {mode} {content}\n".encode())
    return whole.hexdigest()[:16]


def wanted() -> str:
    """Name the saved host of this checkout as it is now."""
    return PREFIX + digest(ROOT, files())


def kept(listed: str) -> list[tuple[datetime, str]]:
    """Read from the lab's list when which deployed host was saved, the newest first."""
    rows = [line.split() for line in listed.splitlines()]
    found = [row for row in rows if row[1] == "saved" and row[0].startswith(PREFIX)]
    return sorted(((datetime.fromisoformat(row[2]), row[0]) for row in found), reverse=True)


def outdated(listed: str, now: datetime) -> list[str]:
    """Name the saved hosts that nothing should be made from any more."""
    found = kept(listed)
    return [name for i, (made, name) in enumerate(found) if i >= KEEP or now - made > FRESH]


def ask_lab() -> str:
    """Ask the lab which hosts there are."""
    return subprocess.run((LAB, "list"), capture_output=True, text=True, check=True).stdout


def is_kept(saved: str) -> bool:
    """Say whether a saved host is there and may be used."""
    listed = ask_lab()
    names = {name for _, name in kept(listed)} - set(outdated(listed, datetime.now(UTC)))
    return saved in names


def first(run: Run, host: str) -> None:
    """Deploy to a blank host."""
    blank(run, host)
    ready(run, host, DEPLOY)


def copy(run: Run, host: str, saved: str) -> None:
    """Make a host from a saved one, with its own domain, and the CA as it is by now."""
    blank(run, host, "--from", saved)
    ready(run, host, (LAB, "ssh", host, WELL))
    ready(run, host, (LAB, "ssh", host, NO_CERTIFICATES))
    ready(run, host, DEPLOY)


def blank(run: Run, host: str, *words: str) -> None:
    """Make a host anew."""
    ready(run, host, (LAB, "down", host))
    ready(run, host, (LAB, "up", host, *words))


def keep(run: Run, host: str, saved: str) -> None:
    """Save a deployed host, and forget what nothing will be made from any more."""
    ready(run, host, (LAB, "save", host, saved))
    for old in outdated(ask_lab(), datetime.now(UTC)):
        ready(run, host, (LAB, "forget", old))


def ready(run: Run, host: str, command: tuple[str, ...]) -> None:
    """Run a command that must end well."""
    if run(command, TEST_HOST=host):
        raise NotReadyError(f"{host}: {' '.join(command)} failed")


def take_down(host: str) -> None:
    """Delete a host, whatever became of it."""
    subprocess.run((LAB, "down", host), capture_output=True, check=False)
