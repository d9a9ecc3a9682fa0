"""Names: one dnsmasq for a clone, so that hosts and the CA see the same addresses."""

import os
import signal
from collections.abc import Iterable

from tests.lab import network, processes
from tests.lab.paths import Clone, replace
from tests.lab.progress import LabError

ZONE = "slipway.test"
ACME = f"acme.{ZONE}"
MIRROR = f"mirror.{ZONE}"


def hosts_file(gateway: str, hosts: Iterable[tuple[str, str, str]]) -> str:
    """Write the clone's names from (name, domain, address) of hosts, the latest start first."""
    lines = [f"{gateway} {ACME} {MIRROR}"]
    given = set()
    for name, domain, address in hosts:
        for known in (domain, f"{name}.{ZONE}"):
            if known not in given:  # of copies of one host, the latest has the domain
                given.add(known)
                lines.append(f"{address} {known} www.{known}")
    return "\n".join(lines) + "\n"


def serve(clone: Clone, gateway: str, names: str) -> None:
    """Start dnsmasq if it does not run, and have it read the names."""
    folder = clone.services
    (folder / "names").mkdir(parents=True, exist_ok=True)
    replace(folder / "names.new", names)
    (folder / "names.new").rename(folder / "names/hosts")
    pid_file = folder / "dnsmasq.pid"
    if pid := processes.running(pid_file):
        os.kill(pid, signal.SIGHUP)
        return
    command = (
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",  # the machine's own dnsmasq, if any, is another matter
        "--pid-file=",
        f"--listen-address={gateway}",
        "--bind-interfaces",
        "--except-interface=lo",
        "--no-hosts",
        f"--hostsdir={folder / 'names'}",
        f"--local=/{ZONE}/",
        "--log-facility=-",
    )
    processes.start(command, pid_file, folder / "dnsmasq.log", {})
    # A signal before it is ready to take one would end it.
    if not processes.wait_until(lambda: network.answers(f"{gateway}:53"), 10):
        raise LabError(f"dnsmasq does not answer, see {folder / 'dnsmasq.log'}")


def stop(clone: Clone) -> None:
    """Stop the clone's dnsmasq."""
    processes.stop(clone.services / "dnsmasq.pid")
