"""Read certificates, with openssl: the standard library cannot."""

import hashlib
import re
import ssl
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..command import run, succeeds
from ..config import Host

DATE = "%Y-%m-%d %H:%M:%SZ"
SHORT_LIFETIME = timedelta(days=10)
PEM = re.compile(r"-----BEGIN CERTIFICATE-----\r?\n.*?-----END CERTIFICATE-----\n?", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """What matters of a certificate."""

    names: frozenset[str]
    begins: datetime
    ends: datetime
    fingerprint: str
    """SHA-256 of the first certificate in the file."""

    @property
    def lifetime(self) -> timedelta:
        """From its begin to its end."""
        return self.ends - self.begins

    @property
    def renewal_window(self) -> timedelta:
        """The end of its life in which it is to be renewed: a third, or half of a short one.

        The rule of certbot 5 without advice from the CA.
        """
        return self.lifetime / (2 if self.lifetime < SHORT_LIFETIME else 3)

    def covers(self, name: str) -> bool:
        """Whether it is valid for a name."""
        return covers(self.names, name)

    def renewal_due(self, now: datetime) -> bool:
        """Whether it is to be renewed."""
        return self.ends - now < self.renewal_window


def covers(names: Collection[str], name: str) -> bool:
    """Whether a name, or the wildcard in place of its first label, is in a certificate's names."""
    return name in names or f"*.{name.partition('.')[2]}" in names


def read(path: Path) -> Certificate:
    """The first certificate of a PEM file. Raises Failure when there is none."""
    shown = run(
        "openssl",
        "x509",
        "-in",
        path,
        "-noout",
        "-dates",
        "-dateopt",
        "iso_8601",
        "-ext",
        "subjectAltName",
    )
    return parse(shown, fingerprint(path.read_text()))


def read_text(pem: str) -> Certificate:
    """The first certificate of a PEM text. Raises Failure when there is none."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        return read(Path(file.name))


def fingerprint(pem: str) -> str:
    """SHA-256 of the first certificate in a PEM text; empty when there is none."""
    found = PEM.search(pem)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found[0])).hexdigest() if found else ""


def trusted(host: Host, chain: str) -> bool:
    """Whether this host trusts the first certificate of a PEM text for a server, by the others."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(chain)
        file.flush()
        return succeeds(
            "openssl",
            "verify",
            "-CAfile",
            host.layout.ca_bundle,
            "-no-CApath",
            "-purpose",
            "sslserver",
            "-untrusted",
            file.name,
            file.name,
        )


def parse(shown: str, fingerprint: str) -> Certificate:
    """The certificate that `openssl x509` shows as dates and subjectAltName."""
    fields = dict(line.split("=", 1) for line in shown.splitlines() if line.startswith("not"))
    names = frozenset(
        word.strip().partition(":")[2].lower()
        for line in shown.splitlines()
        if line.startswith(" ")
        for word in line.split(",")
    )
    begins, ends = (
        datetime.strptime(fields[key], DATE).replace(tzinfo=UTC)
        for key in ("notBefore", "notAfter")
    )
    return Certificate(names, begins, ends, fingerprint)
