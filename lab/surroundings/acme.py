"""Pebble, a certificate authority for tests that speaks ACME as the real one does; two of them."""

import json
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from lab import cache, processes
from lab.disk import packages
from lab.paths import Clone, replace
from lab.progress import LabError
from lab.surroundings import certificates
from lab.surroundings.authority import AUTHORITIES, Authority, Manner

REQUEST = re.compile(r"([A-Z]+ /\S*) -> calling handler\(\)")


def programs() -> Path:
    """Give the folder with Pebble and the registry: no service is installed for them."""
    wanted = {"pebble": "forky", "docker-registry": "trixie"}  # Pebble knows profiles since 2.10
    what = "Pebble and the registry"
    return cache.entry("programs", what, str(wanted), lambda new: packages.unpack(wanted, new))


def serve(clone: Clone, gateway: str) -> None:
    """Start the CAs that do not run, but not what a test stopped; keep each start's new root."""
    wanted = [one for one in AUTHORITIES.values() if not one.manner(clone).stopped]
    for authority in wanted:
        if not processes.running(authority.file(clone, "pid")):
            start(clone, authority, gateway)
    for authority in wanted:
        certificates.add_acme_root(clone, authority.name, fetch_root(clone, authority, gateway))


def start(clone: Clone, authority: Authority, gateway: str) -> None:
    """Start a CA's Pebble."""
    config = authority.file(clone, "json")
    replace(config, json.dumps({"pebble": authority.settings(clone, gateway)}, indent=2))
    program = programs() / "usr/bin/pebble"
    command = (program, "-config", config, "-dnsserver", f"{gateway}:53")
    env = {
        "PEBBLE_VA_NOSLEEP": "1",
        "PEBBLE_WFE_NONCEREJECT": str(authority.manner(clone).refused_nonces),
        "PEBBLE_AUTHZREUSE": "0",  # a renewal is validated like the first order
    }
    processes.start(command, authority.file(clone, "pid"), authority.file(clone, "log"), env)


def change(clone: Clone, authority: Authority, gateway: str, manner: Manner) -> None:
    """Stop a CA, which forgets accounts and roots, and start it in another manner, if at all."""
    processes.stop(authority.file(clone, "pid"))
    authority.keep(clone, manner)
    serve(clone, gateway)
    certificates.publish(clone)


def fetch_root(clone: Clone, authority: Authority, gateway: str) -> str:
    """Ask Pebble for the root that it signs under, once it answers."""
    trust = ssl.create_default_context(cafile=str(certificates.ca(clone)))
    url = f"https://{gateway}:{authority.management_port}/roots/0"
    answers: list[str] = []

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2, context=trust) as answer:
                answers.append(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return False
        return True

    if not processes.wait_until(ask, 15):
        raise LabError(f"Pebble does not answer, see {authority.file(clone, 'log')}")
    return answers[0]


def requests(clone: Clone, authority: Authority) -> list[str]:
    """List what has reached a CA, like `POST /order-plz`, since the clone's services started."""
    return REQUEST.findall(authority.file(clone, "log").read_text(errors="replace"))


def stop(clone: Clone) -> None:
    """Stop the clone's CAs; the next ones behave as usual."""
    for authority in AUTHORITIES.values():
        processes.stop(authority.file(clone, "pid"))
        for end in ("manner", "log"):
            authority.file(clone, end).unlink(missing_ok=True)
