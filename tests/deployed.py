"""The hosts of an inventory, as the tests see them: settings, address, site."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.operator import way_in
from infra.settings import Settings, load_host
from tests.site import Site

CHECKOUT = Path(__file__).resolve().parent.parent
PYINFRA = [str(CHECKOUT / ".venv" / "bin" / "pyinfra")]


@dataclass(frozen=True)
class Deployed:
    """A host of the inventory with the very settings that the deploy reads."""

    name: str
    data: dict[str, Any]

    @cached_property
    def settings(self) -> Settings:
        """The validated settings."""
        return load_host(self)

    @property
    def destination(self) -> str:
        """What `ssh` is given to enter the host, with its ssh config."""
        return way_in.destination(self.name, self.data)

    def ssh_config(self, control: str = "") -> str:
        """An ssh config that leads to the host as pyinfra gets there."""
        return way_in.config_text(self.name, self.data, CHECKOUT, control)

    @cached_property
    def address(self) -> str:
        """Where the site is asked: where SSH connects to, if it gets there without another host.

        A host behind a bastion may have an address there that only the bastion can reach.
        """
        with way_in.folder() as folder:
            config = Path(folder, "ssh_config")
            config.write_text(self.ssh_config())
            command = ["ssh", "-G", "-F", str(config), self.destination]
            shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = dict(line.partition(" ")[::2] for line in shown.splitlines())
        ways = [found["hostname"]]
        if {"proxyjump", "proxycommand"} & found.keys():
            ways.append(self.settings.domain)
        given = [self.data["verify_address"]] if "verify_address" in self.data else []
        return str((given or [way for way in ways if self._is_open(way)] or ways)[0])

    def _is_open(self, address: str) -> bool:
        """Whether the site's port can be reached at an address."""
        try:
            socket.create_connection((address, self.settings.nginx.https_port), 3).close()
        except OSError:
            return False
        return True

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
