"""The deploy lock: one change of a host at a time. It ends with the connection that took it."""

import contextlib
import shlex
import threading
from collections.abc import Generator
from pathlib import Path

import pyinfra
from paramiko import Channel, SSHClient, SSHException
from pyinfra import host, logger
from pyinfra.api import Host, QuoteString, StringCommand

from infra.facts.login_shell import MARKER, LoginShellError, answered, asked
from infra.onhost.layout import LAYOUT
from infra.operations.operation import operation

PROGRAM = Path(__file__).with_suffix(".sh")
HELD = "held"
REFUSED = 75  # its exit code when another has the lock
ANSWER_SECONDS = 30  # the program itself waits twice for five seconds
HEARTBEAT_SECONDS = 15  # a silence of a minute can cost the lock

_channels: dict[Host, Channel] = {}  # a channel that nobody refers to is closed


@operation()
def take(by: str, purpose: str = "deploy") -> Generator[StringCommand, None, None]:
    """This run alone changes the host until its connection ends, or it fails and changes nothing.

    `purpose` and `by` are shown to those who are refused. A plan (`--dry`) takes no lock. Only a
    connection by SSH can hold one: over another nothing is taken, and a warning says so.
    """
    if not pyinfra.state.is_executing:
        host.noop("a deploy takes the lock when it begins to change the host")
        return
    client = getattr(host.connector, "client", None)
    if not isinstance(client, SSHClient):
        logger.warning(
            f"{host.print_prefix}this connection is not SSH, so there is no deploy lock:"
            " run one deploy at a time"
        )
        return
    if refusal := hold(host, client, f"{purpose} by {by}"):
        yield StringCommand("echo", QuoteString(refusal), ">&2; exit 1")


def hold(target: Host, client: SSHClient, who: str) -> str:
    """Takes the lock unless this connection has it; why that cannot be, or nothing."""
    held = _channels.get(target)
    if held and not held.closed:
        return ""
    try:
        channel = open_channel(client, command(who))
        answer = read_answer(channel)
    except (SSHException, OSError, LoginShellError) as error:
        return f"the deploy lock cannot be taken: {error or 'no answer'}. Nothing was changed."
    if answer[-1:] == [HELD]:
        _channels[target] = channel
        beating = (channel, target, client)
        threading.Thread(target=send_heartbeats, args=beating, daemon=True).start()
        return ""
    return refusal(channel.recv_exit_status(), answer)


def open_channel(client: SSHClient, command: str, *, apart: bool = False) -> Channel:
    """A channel beside pyinfra's own on its connection, with the command at its other end.

    `apart`: standard error is another stream.
    """
    transport = client.get_transport()
    if transport is None:
        raise SSHException("there is no connection")
    channel = transport.open_session(timeout=ANSWER_SECONDS)
    channel.set_combine_stderr(not apart)
    channel.settimeout(ANSWER_SECONDS)
    channel.exec_command(command)
    return channel


def command(who: str) -> str:
    """What runs on the host while the lock is held."""
    words = [LAYOUT.deploy_lock, LAYOUT.lock, who]
    script = PROGRAM.read_text(encoding="utf-8")
    program = shlex.join(["sudo", "-n", "bash", "-c", script, PROGRAM.name, *map(str, words)])
    return shlex.join(["sh", "-c", asked(f"exec {program}")])


def read_answer(channel: Channel) -> list[str]:
    """The program's lines, until it holds the lock or ends.

    Raises TimeoutError after a while, LoginShellError when the program was not started.
    """
    lines: list[str] = []
    for line in channel.makefile("rb"):
        lines.append(line.decode(errors="replace").strip())
        if MARKER in lines and lines[-1] == HELD:
            break
    return answered(lines)


def refusal(code: int, answer: list[str]) -> str:
    """What the operator is told; `code` is the program's exit code, or sudo's."""
    said = " ".join(answer)
    if code == REFUSED:
        return (
            f"another change of this host is under way: {said}.\n"
            "Nothing was changed. bin/slipway status shows how far it is."
        )
    return f"the deploy lock cannot be taken: {said}. Nothing was changed."


def send_heartbeats(channel: Channel, target: Host, client: SSHClient) -> None:
    """Keeps the lock while this process runs; without the lock nothing more is changed."""
    channel.settimeout(HEARTBEAT_SECONDS)
    with contextlib.suppress(OSError):
        while beat(channel):
            channel.sendall(b"\n")
    logger.error(
        f"{target.print_prefix}the deploy lock is lost, so nothing more is changed on this host"
    )
    client.close()


def beat(channel: Channel) -> bool:
    """Waits until the next line is due; false when the program has ended before."""
    try:
        return bool(channel.recv(1))
    except TimeoutError:
        return True
