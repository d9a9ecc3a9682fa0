"""The hosts of an inventory, as the tests see them: settings, address, site."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.settings import Settings, load_host
from tests.site import Site

CHECKOUT = Path(__file__).resolve().parent.parent
PYINFRA = [str(CHECKOUT / ".venv" / "bin" / "pyinfra")]
SSH_OPTIONS = {"ssh_user": "User", "ssh_port": "Port", "ssh_key": "IdentityFile",
               "ssh_hostname": "HostName"}  # fmt: skip


@dataclass(frozen=True)
class Deployed:
    """A host of the inventory with the very settings that the deploy reads."""

    name: str
    data: dict[str, Any]

    @cached_property
    def settings(self) -> Settings:
        """The validated settings."""
        return load_host(self)

    def ssh_config(self) -> str:
        """What ssh needs to reach the host, one connection for all checks."""
        # ssh makes no directory for its socket, and an account may never have used ssh.
        Path.home().joinpath(".ssh").mkdir(mode=0o700, exist_ok=True)
        lines = [f"Host {self.name}"]
        lines += [f"  {option} {self.data[key]}" for key, option in SSH_OPTIONS.items()
                  if key in self.data]  # fmt: skip
        lines += ["  ControlMaster auto", "  ControlPersist 30", "  BatchMode yes"]
        lines += [f"  ControlPath ~/.ssh/slipway-{os.getpid()}-%C"]
        included = self.data.get("ssh_config_file")
        return "\n".join(lines) + (f"\nInclude {CHECKOUT / included}\n" if included else "\n")

    @cached_property
    def address(self) -> str:
        """The address that ssh connects to."""
        included = self.data.get("ssh_config_file")
        options = ["-F", str(CHECKOUT / included)] if included else []
        shown = subprocess.run(
            ["ssh", "-G", *options, self.name], capture_output=True, text=True, check=True
        )
        found = dict(line.partition(" ")[::2] for line in shown.stdout.splitlines())
        return str(self.data.get("ssh_hostname") or found["hostname"])

    @property
    def site(self) -> Site:
        """The site that the host serves."""
        ca_file = self.data.get("verify_ca_file")
        return Site(
            self.settings.domain,
            self.address,
            self.settings.nginx.https_port,
            self.settings.nginx.http_port,
            CHECKOUT / ca_file if ca_file else None,
        )


def deployed(inventory: str, **environment: str) -> dict[str, Deployed]:
    """The hosts of an inventory by name, read by pyinfra itself.

    In a process of its own: importing pyinfra's command line patches this one with gevent.
    """
    shown = subprocess.run(
        [*PYINFRA, "--json", inventory, "debug-inventory"],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode:
        raise RuntimeError(shown.stderr)
    hosts = json.loads(shown.stdout)
    return {host["name"]: Deployed(host["name"], host["data"]) for host in hosts}
