"""Pebble, a certificate authority for tests that speaks ACME as the real one does."""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from tests.lab import cache, certificates, dns, packages, processes
from tests.lab.paths import Clone, replace
from tests.lab.progress import LabError

PORT = 14000
MANAGEMENT_PORT = 15000
DIRECTORY = f"https://{dns.ACME}:{PORT}/dir"
# Named and lived as the real CA's. Unlike that one, Pebble takes any of them for an order that
# names none: whoever cares for the lifetime must ask for a profile.
PROFILES = {
    "classic": {"description": "what most sites use", "validityPeriod": 90 * 86400},
    "shortlived": {"description": "also for bare addresses", "validityPeriod": 160 * 3600},
}


def programs() -> Path:
    """Give the folder with Pebble and the registry: no service is installed for them."""
    wanted = {"pebble": "forky", "docker-registry": "trixie"}  # Pebble knows profiles since 2.10
    what = "Pebble and the registry"
    return cache.entry("programs", what, str(wanted), lambda new: packages.unpack(wanted, new))


def serve(clone: Clone, gateway: str) -> None:
    """Start Pebble if it does not run, and keep the new root that each start brings."""
    folder = clone.services
    pid_file = folder / "pebble.pid"
    if not processes.running(pid_file):
        config = folder / "pebble.json"
        replace(config, json.dumps(settings(clone, gateway), indent=2))
        command = (
            *(programs() / "usr/bin/pebble", "-config", config),
            *("-dnsserver", f"{gateway}:53"),
        )
        # No pauses and no refused nonces: tests of the client are not the purpose here.
        env = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        processes.start(command, pid_file, folder / "pebble.log", env)
    certificates.add_acme_root(clone, fetch_root(clone, gateway))


def settings(clone: Clone, gateway: str) -> dict[str, object]:
    """Describe Pebble's listeners and what it checks of a host."""
    certificate, key = certificates.issue(clone, dns.ACME, gateway)
    return {
        "pebble": {
            "listenAddress": f"{gateway}:{PORT}",
            "managementListenAddress": f"{gateway}:{MANAGEMENT_PORT}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "retryAfter": {"authz": 1, "order": 1},
            "profiles": PROFILES,
        }
    }


def fetch_root(clone: Clone, gateway: str) -> str:
    """Ask Pebble for the root that it signs under, once it answers."""
    trust = ssl.create_default_context(cafile=str(certificates.ca(clone)))
    url = f"https://{gateway}:{MANAGEMENT_PORT}/roots/0"
    answers: list[str] = []

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2, context=trust) as answer:
                answers.append(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return False
        return True

    if not processes.wait_until(ask, 15):
        raise LabError(f"Pebble does not answer, see {clone.services / 'pebble.log'}")
    return answers[0]


def stop(clone: Clone) -> None:
    """Stop the clone's Pebble."""
    processes.stop(clone.services / "pebble.pid")
