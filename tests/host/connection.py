"""testinfra's connection to a host: pyinfra's way in, through any login shell."""

import shlex
import urllib.parse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import testinfra.backend
from testinfra.backend.base import CommandResult
from testinfra.backend.ssh import SshBackend

from infra.facts.login_shell import MARKER, portable
from tests.deployed import Deployed

SCHEME = "slipway"
CONFIGS: dict[str, Path] = {}
DESTINATIONS: dict[str, str] = {}


class Connection(SshBackend):  # type: ignore[misc]  # testinfra has no types
    """Asks by ssh, and tells an answer from a greeting on both streams."""

    NAME = "ssh"

    def __init__(self, hostspec: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(hostspec, *args, **kwargs)
        name = self.host.name
        self.ssh_config, self.host.name = str(CONFIGS[name]), DESTINATIONS[name]
        self.controlpersist = 0  # the config says it

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        """The result of a shell's command with these arguments quoted in it."""
        marked = f"echo {MARKER}; echo {MARKER} >&2; {self.get_command(command, *args)}"
        result = self.run_ssh(shlex.join(["sh", "-c", portable(marked)]))
        answers = [_answer(said) for said in (result.stdout_bytes, result.stderr_bytes)]
        return self.result(result.rc, result.command, *answers)


def _answer(said: bytes) -> bytes:
    before, marker, answer = said.partition(f"{MARKER}\n".encode())
    if not marker:
        told = before.decode(errors="replace").strip()
        raise RuntimeError(f"the login shell ran no command; it said: {told}")
    return answer


def enter(hosts: Iterable[Deployed], folder: Path) -> list[str]:
    """testinfra's names of these hosts; what ssh needs for them is written to the folder."""
    testinfra.backend.BACKENDS[SCHEME] = f"{__name__}.{Connection.__name__}"
    names = []
    for number, host in enumerate(hosts):
        config = folder / f"ssh_config-{number}"
        config.write_text(host.ssh_config(control=str(folder / str(number))))
        CONFIGS[host.name], DESTINATIONS[host.name] = config, host.destination
        names.append(f"{SCHEME}://{urllib.parse.quote(host.name, safe='')}")
    return names
