"""A command, or a shell, in a container of its own of the current release, with all it is told.

The container has a compose project of its own: a release that ends, or a deploy, ends no command.
"""

import contextlib
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import FrameType

from .. import layout
from ..command import Failure, succeeds
from ..config import Host
from ..releases import release

# bash's own files would make another prompt: the user of the container has no name.
PROMPT = r"export PS1='$RELEASE:\w\$ '"
SHELL = ("sh", "-c", f"{PROMPT}; command -v bash >/dev/null && exec bash --norc; exec sh")
ENDING = (signal.SIGHUP, signal.SIGTERM)  # as when the connection is lost
INTERRUPTED = 130


def shell(host: Host) -> int:
    """An interactive shell; its exit code."""
    if not sys.stdin.isatty():
        raise Failure("a shell needs a terminal; for a script: slipway run sh < script")
    return _run(host, SHELL)


def command(host: Host, words: list[str]) -> int:
    """Runs a command with this program's input and output; its exit code."""
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise Failure("say which command: slipway run COMMAND [WORD ...]")
    return _run(host, words)


def _run(host: Host, words: list[str] | tuple[str, ...]) -> int:
    name = release.current(host)
    if not name:
        raise Failure("no release is live: deploy first")
    mine = f"{layout.ONE_OFF_PROJECT}-{secrets.token_hex(4)}"
    compose = (*release.compose(host, name), "--project-name", mine, "--progress", "quiet")
    once = ("--profile", release.ONE_OFF, "run", "--rm", "--name", mine)
    terminal = () if sys.stdin.isatty() and sys.stdout.isatty() else ("--no-TTY",)
    _raise_if_older(host, name)
    with _ended_by_signals():
        try:
            every = (*compose, *once, *terminal, release.ONE_OFF, *words)
            code = subprocess.run([str(word) for word in every], check=False).returncode
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            succeeds("docker", "rm", "--force", mine)
            succeeds(*compose, "down")  # its network
    return code


def _raise_if_older(host: Host, name: str) -> None:
    """A release of an older version has no such service."""
    file = release.folder(host, name) / "compose.yaml"
    if f'"{release.ONE_OFF}"' not in file.read_text():
        raise Failure(f"release {name} was made by an older version: deploy once, then try again")


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A lost connection ends the command, and its container with it."""

    def end(number: int, _: FrameType | None) -> None:
        for other in ENDING:  # they come more than once, and what is left to do is done
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
