"""A program on a host, on this terminal: by the way in that the inventory gives pyinfra."""

import shlex
from pathlib import Path
from typing import Any

from infra.checkout import CHECKOUT
from infra.facts.login_shell import MARKER, portable
from infra.operator import way_in

LOCAL = "@local"
NO_CONNECTION = 255  # ssh's exit code


class NoWayError(Exception):
    """There is no way to a host but pyinfra's own."""


def command(
    name: str, data: dict[str, Any], words: list[str], config: Path, *, terminal: bool
) -> list[str]:
    """The command that runs these words as root on the host; `terminal`: it gets one there.

    Without one, a marker stands before the output: the login shell may greet first.
    Writes the ssh config that it needs to `config`. Raises NoWayError for a host that is not
    reached by SSH.
    """
    # Without a terminal sudo has nobody to ask for a password.
    sudo = "sudo" if terminal else "sudo -n"
    begin = "" if terminal else f"echo {MARKER}; "
    script = f'{begin}[ "$(id -u)" -eq 0 ] || s="{sudo}"; exec $s {shlex.join(words)}'
    if name == LOCAL:
        return ["sh", "-c", script]
    if name.startswith("@"):
        raise NoWayError(f"{name} is not reached by SSH: run slipway there")
    config.write_text(way_in.config_text(name, data, CHECKOUT))
    tty = "-t" if terminal else "-T"
    options = (tty, "-o", "LogLevel=ERROR", "-F", str(config))
    return ["ssh", *options, way_in.destination(name, data), f"sh -c '{portable(script)}'"]
