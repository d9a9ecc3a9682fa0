"""A test CA: its place, how it behaves, and what it tells its program."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.paths import Clone, replace
from lab.surroundings import certificates, dns

# Named and lived as the real CA's, but for the last. Unlike that one, Pebble takes any of them for
# an order that names none: whoever cares for the lifetime must ask for a profile.
PROFILES = {
    "classic": {"description": "what most sites use", "validityPeriod": 90 * 86400},
    "shortlived": {"description": "also for bare addresses", "validityPeriod": 160 * 3600},
    "minutes": {"description": "to watch a renewal fall due", "validityPeriod": 90},
}


@dataclass(frozen=True)
class Manner:
    """How a CA behaves; like this unless a test asks for something else."""

    stopped: bool = False
    refused_nonces: int = 0  # percent of the good ones
    account: str = ""  # KEY_ID:HMAC_KEY, and nobody registers without it


@dataclass(frozen=True)
class Authority:
    """A CA of a clone, at a name and ports of its own."""

    name: str
    program: str  # names its files
    port: int
    management_port: int

    @property
    def domain(self) -> str:
        """The name that it is asked by, and that a CAA record knows it by."""
        return f"{self.name}.{dns.ZONE}"

    @property
    def directory(self) -> str:
        """Where ACME begins."""
        return f"https://{self.domain}:{self.port}/dir"

    def file(self, clone: Clone, end: str) -> Path:
        """Name a file of its: pid, log, json, manner."""
        return clone.services / f"{self.program}.{end}"

    def manner(self, clone: Clone) -> Manner:
        """Read how it was last asked to behave."""
        file = self.file(clone, "manner")
        return Manner(**json.loads(file.read_text())) if file.exists() else Manner()

    def keep(self, clone: Clone, manner: Manner) -> None:
        """Remember a manner until the clone's services stop."""
        replace(self.file(clone, "manner"), json.dumps(asdict(manner)))

    def settings(self, clone: Clone, gateway: str) -> dict[str, object]:
        """Describe Pebble's listeners and what it asks of a host."""
        certificate, key = certificates.issue(clone, self.domain, gateway)
        account = self.manner(clone).account
        key_id, _, hmac_key = account.partition(":")
        return {
            "listenAddress": f"{gateway}:{self.port}",
            "managementListenAddress": f"{gateway}:{self.management_port}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "keyAlgorithm": "ecdsa",
            "caaIdentities": [self.domain],
            "externalAccountBindingRequired": bool(account),
            "externalAccountMACKeys": {key_id: hmac_key} if account else {},
            "retryAfter": {"authz": 1, "order": 1},
            "profiles": PROFILES,
        }


PRODUCTION = Authority("acme", "pebble", 14000, 15000)
STAGING = Authority("staging", "pebble-staging", 14001, 15001)
AUTHORITIES = {authority.name: authority for authority in (PRODUCTION, STAGING)}
