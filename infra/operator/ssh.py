"""A program on a host, on this terminal: by the way in that the inventory gives pyinfra."""

import shlex
from pathlib import Path
from typing import Any

from infra.checkout import CHECKOUT
from infra.facts.login_shell import MARKER, portable

LOCAL = "@local"
# What pyinfra reads from a host's data, and the option of ssh that says it.
OPTIONS = {
    "ssh_hostname": "HostName",
    "ssh_port": "Port",
    "ssh_user": "User",
    "ssh_key": "IdentityFile",
    "ssh_known_hosts_file": "UserKnownHostsFile",
    "ssh_strict_host_key_checking": "StrictHostKeyChecking",
}
DEFAULTS = {"ssh_strict_host_key_checking": "accept-new"}  # pyinfra's own
FILES = {"ssh_key", "ssh_known_hosts_file"}
NO_CONNECTION = 255  # ssh's exit code


class NoWayError(Exception):
    """There is no way to a host but pyinfra's own."""


def command(name: str, data: dict[str, Any], words: list[str], *, terminal: bool) -> list[str]:
    """The command that runs these words as root on the host; `terminal`: it gets one there.

    Without one, a marker stands before the output: the login shell may greet first.
    Raises NoWayError for a host that is not reached by SSH.
    """
    # Without a terminal sudo has nobody to ask for a password.
    sudo = "sudo" if terminal else "sudo -n"
    begin = "" if terminal else f"echo {MARKER}; "
    script = f'{begin}[ "$(id -u)" -eq 0 ] || s="{sudo}"; exec $s {shlex.join(words)}'
    if name == LOCAL:
        return ["sh", "-c", script]
    if name.startswith("@"):
        raise NoWayError(f"{name} is not reached by SSH: run slipway there")
    tty = ["-t"] if terminal else ["-T"]
    return [
        "ssh",
        *tty,
        "-o",
        "LogLevel=ERROR",
        *options(data),
        name,
        f"sh -c '{portable(script)}'",
    ]


def options(data: dict[str, Any]) -> list[str]:
    """The options of ssh that say what the host's data say to pyinfra."""
    file = data.get("ssh_config_file")
    found = ["-F", str(_anchored(file))] if file else []
    given = DEFAULTS | {key: data[key] for key in OPTIONS if data.get(key)}
    for key, value in given.items():
        found += ["-o", f"{OPTIONS[key]}={_anchored(value) if key in FILES else value}"]
    if data.get("ssh_forward_agent"):
        found.append("-A")
    return found


def _anchored(path: object) -> Path:
    """A path as pyinfra finds it, which runs in the checkout."""
    return CHECKOUT / Path(str(path)).expanduser()
