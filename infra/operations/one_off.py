"""Run a command in a new container of the current release, and show what it says as it says it."""

import shlex
import sys
import time
from collections.abc import Generator
from typing import Any

from paramiko import Channel, SSHClient
from pyinfra import host, logger
from pyinfra.api import FunctionCommand, Host, State

from infra.facts.login_shell import MARKER, asked
from infra.onhost.layout import LAYOUT
from infra.operations import deploy_lock, exit_code
from infra.operations.operation import operation

POLL_SECONDS = 0.05
BLOCK = 65536  # bytes


def words(command: Any) -> list[str]:
    """The words of a command line; pyinfra takes some of them for other values than text."""
    text = {True: "true", False: "false", None: ""}.get(command, command)
    return shlex.split(str(text))


@operation(is_idempotent=False)
def run(command: list[str]) -> Generator[FunctionCommand | str, None, None]:
    """The command's output is shown here as it comes. The run ends with its exit code.

    Over another connection than SSH the exit code is 1 for every failure.
    """
    line = shlex.join([str(LAYOUT.command), "run", "--", *command])
    client = getattr(host.connector, "client", None)
    if isinstance(client, SSHClient):
        yield FunctionCommand(_run, (client, line), {})
    else:
        yield line


def _run(state: State, host: Host, client: SSHClient, line: str) -> bool:
    """Whether the command ended well. pyinfra calls a function with these two arguments so."""
    script = asked(f'[ "$(id -u)" -eq 0 ] || s="sudo -n"; exec $s {line}')
    channel = deploy_lock.open_channel(client, shlex.join(["sh", "-c", script]), apart=True)
    channel.shutdown_write()
    said = Said(host.print_prefix if len(state.inventory) > 1 else "")
    while not channel.exit_status_ready():
        if not said.pass_on(channel):
            time.sleep(POLL_SECONDS)
    while said.pass_on(channel):
        pass
    code = channel.recv_exit_status()
    exit_code.keep(code)
    if code:
        logger.error(f"{host.print_prefix}the command ended with exit code {code}")
    return not code


class Said:
    """What a program says, without a greeting of the login shell before it."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._greeting: bytes | None = b""

    def pass_on(self, channel: Channel) -> bool:
        """Shows what has come; whether there was anything, or there is more to come."""
        out = channel.recv(BLOCK) if channel.recv_ready() else b""
        error = channel.recv_stderr(BLOCK) if channel.recv_stderr_ready() else b""
        for stream, some in ((sys.stdout, self.without_greeting(out)), (sys.stderr, error)):
            stream.buffer.write(self._named(some))
            stream.buffer.flush()
        return bool(out or error)

    def without_greeting(self, some: bytes) -> bytes:
        """The part behind the marker."""
        if self._greeting is None:
            return some
        self._greeting += some
        mark = MARKER.encode() + b"\n"
        before, found, after = self._greeting.partition(mark)
        if found and (not before or before.endswith(b"\n")):
            self._greeting = None
            return after
        return b""

    def _named(self, some: bytes) -> bytes:
        """With the host before each line when there are several."""
        prefix = self._prefix.encode()
        return (
            b"".join(prefix + line for line in some.splitlines(keepends=True)) if prefix else some
        )
