"""Read certificates, with openssl: the standard library cannot."""

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .command import run

DATE = "%Y-%m-%d %H:%M:%SZ"
SHORT_LIFETIME = timedelta(days=10)


@dataclass(frozen=True)
class X509:
    """What matters of a certificate."""

    names: frozenset[str]
    begins: datetime
    ends: datetime
    fingerprint: str
    """SHA-256 of the first certificate in the file."""

    def due(self, now: datetime) -> bool:
        """Whether it is to be renewed: a third of its life is left, or half of a short one.

        The rule of certbot 5 without advice from the CA.
        """
        lifetime = self.ends - self.begins
        share = 2 if lifetime < SHORT_LIFETIME else 3
        return self.ends - now < lifetime / share


def read(path: Path) -> X509:
    """The first certificate of a PEM file. Raises Failure when there is none."""
    shown = run("openssl", "x509", "-in", path, "-noout", "-dates", "-dateopt", "iso_8601",
                "-ext", "subjectAltName")  # fmt: skip
    der = ssl.PEM_cert_to_DER_cert(path.read_text().split("-----END", 1)[0].strip()
                                   + "\n-----END CERTIFICATE-----")  # fmt: skip
    return parse(shown, hashlib.sha256(der).hexdigest())


def parse(shown: str, fingerprint: str) -> X509:
    """The certificate that `openssl x509` shows as dates and subjectAltName."""
    fields = dict(line.split("=", 1) for line in shown.splitlines() if line.startswith("not"))
    names = frozenset(
        word.strip().partition(":")[2]
        for line in shown.splitlines()
        if line.startswith(" ")
        for word in line.split(",")
    )
    begins, ends = (
        datetime.strptime(fields[key], DATE).replace(tzinfo=UTC)
        for key in ("notBefore", "notAfter")
    )
    return X509(names, begins, ends, fingerprint)
