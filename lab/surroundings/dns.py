"""Names: one dnsmasq for a clone, so that hosts and the CA see the same addresses."""

import json
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from lab import network, processes
from lab.paths import Clone, replace
from lab.progress import LabError

ZONE = "slipway.test"
SERVICES = tuple(f"{service}.{ZONE}" for service in ("acme", "staging", "mirror"))
ADDRESSES = ("A", "AAAA")


def hosts_file(
    gateway: str,
    hosts: Iterable[tuple[str, str, str]],
    overridden: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Write the clone's names from (name, domain, address) of hosts, the latest start first."""
    lines, given = [f"{gateway} {' '.join(SERVICES)}"], set()
    for name, kept in (overridden or {}).items():
        if any(kind != "CAA" for kind, _ in map(parts, kept)):
            given.add(name)
            lines += [f"{value} {name}" for kind, value in map(parts, kept) if kind in ADDRESSES]
    for name, domain, address in hosts:
        for known in (domain, f"{name}.{ZONE}"):
            for spelt in (known, f"www.{known}"):
                if spelt not in given:  # of copies of one host, the latest has the domain
                    given.add(spelt)
                    lines.append(f"{address} {spelt}")
    return "\n".join(lines) + "\n"


def caa_lines(overridden: Mapping[str, Sequence[str]]) -> str:
    """Write dnsmasq's lines for names that only one CA may issue for."""
    pairs = [(name, *parts(record)) for name, kept in overridden.items() for record in kept]
    return "".join(
        f"dns-rr={name},257,{(bytes([0, 5]) + b'issue' + value.encode()).hex()}\n"
        for name, kind, value in pairs
        if kind == "CAA"
    )


def parts(record: str) -> tuple[str, str]:
    """Split `A=10.0.0.1` into kind and value; `none` has no value."""
    kind, _, value = record.partition("=")
    return kind, value


def addressed(text: str, kind: str) -> bool:
    """Say whether it is an address that can stand in a record of this kind."""
    try:
        return ip_address(text).version == (4 if kind == "A" else 6)
    except ValueError:
        return False


def override(clone: Clone, name: str, records: Sequence[str]) -> None:
    """Remember what a name is to have instead of its usual records."""
    for kind, value in map(parts, records):
        if kind in ADDRESSES and not addressed(value, kind):
            raise LabError(f"{value!r} is not a valid address for {kind}")
        if kind not in {*ADDRESSES, "CAA", "none"}:
            raise LabError(f"{kind} is not a record: use A=, AAAA=, CAA= or none")
    known = overridden(clone) | {name: list(records)}
    replace(overrides_file(clone), json.dumps({name: kept for name, kept in known.items() if kept}))


def overridden(clone: Clone) -> dict[str, list[str]]:
    """Give the names with records of their own."""
    file = overrides_file(clone)
    found: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    return found


def overrides_file(clone: Clone) -> Path:
    """Name the file that keeps overridden names from one command to the next."""
    return clone.services / "names.json"


def serve(clone: Clone, gateway: str, names: str) -> None:
    """Start dnsmasq if it does not run, and have it read the names."""
    folder = clone.services
    (folder / "names").mkdir(parents=True, exist_ok=True)
    replace(folder / "names.new", names)
    (folder / "names.new").rename(folder / "names/hosts")
    pid_file, config = folder / "dnsmasq.pid", folder / "dnsmasq.conf"
    lines = caa_lines(overridden(clone))
    if pid := processes.running(pid_file):
        if lines == (config.read_text() if config.exists() else ""):
            os.kill(pid, signal.SIGHUP)
            return
        processes.stop(pid_file)
    replace(config, lines)
    command = (
        "dnsmasq",
        "--keep-in-foreground",
        f"--conf-file={config}",  # the machine's own dnsmasq, if any, is another matter
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
    """Stop the clone's dnsmasq, and forget what was overridden."""
    processes.stop(clone.services / "dnsmasq.pid")
    overrides_file(clone).unlink(missing_ok=True)
