"""What a site serves, and the CAs and names around it, which tests can steer."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from cryptography import x509

from tests.deployed import CHECKOUT
from tests.faults.conftest import Target, lab
from tests.faults.load import Load
from tests.site import Site

STAGING = "https://staging.slipway.test:14001/dir"
PRODUCTION = "https://acme.slipway.test:14000/dir"
# Of a profile: Pebble takes any of its own for an order that names none, also the one of minutes.
ON_STAGING = {"acme_directory": STAGING, "profile": "classic"}
ON_PRODUCTION = {"acme_directory": PRODUCTION, "profile": "classic"}
STAGING_CA = CHECKOUT / ".lab" / "staging-ca.pem"
SETTLED = 30  # seconds, in which nginx' old processes let go of their listeners after a reload
LOOK = "GET /dir"  # what a CA says of itself: a look that none of its limits counts


@dataclass(frozen=True)
class Served:
    """A certificate that a site serves."""

    der: bytes

    @cached_property
    def _parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def self_signed(self) -> bool:
        return self._parsed.issuer == self._parsed.subject

    @property
    def left(self) -> float:
        """The seconds until it ends."""
        return (self._parsed.not_valid_after_utc - datetime.now(UTC)).total_seconds()

    @property
    def names(self) -> set[str]:
        """Names and addresses that it is for."""
        found = self._parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = {str(address) for address in found.get_values_for_type(x509.IPAddress)}
        return addresses | set(found.get_values_for_type(x509.DNSName))


def served(site: Site, name: str | None = None) -> Served:
    """The certificate that a name is served with, trusted or not."""
    with (
        socket.create_connection((site.address, site.https_port), 10) as raw,
        replace(site, verified=False)
        .context()
        .wrap_socket(raw, server_hostname=name or site.domain) as tls,
    ):
        return Served(tls.getpeercert(binary_form=True) or b"")


def changed(site: Site, before: Served) -> bool:
    """Whether another certificate is served, to whoever comes.

    nginx' old processes accept for a moment more, and answer some while the new ones answer others.
    """
    return all(served(site) != before for _ in range(5))


def trusted(site: Site, ca: str = "acme") -> bool:
    """Whether a client that trusts only this CA trusts the site."""
    name = "ca.pem" if ca == "acme" else f"{ca}-ca.pem"
    asking = replace(site, ca_file=CHECKOUT / ".lab" / name, verified=True)
    try:
        return asking.ask("/healthz").status == 200
    except ssl.SSLCertVerificationError:
        return False


def asked(ca: str = "staging") -> list[str]:
    """What has reached a CA so far."""
    return lab("acme", "requests", ca).stdout.splitlines()


@contextmanager
def asking(ca: str = "staging") -> Iterator[list[str]]:
    """Yields a list that holds, after the context, what has reached the CA within it."""
    before, found = len(asked(ca)), list[str]()
    yield found
    found += asked(ca)[before:]


@contextmanager
def leading(name: str, *records: str) -> Iterator[None]:
    """A name has these records instead of its usual ones."""
    lab("names", name, *records)
    try:
        yield
    finally:
        lab("names", name)


@contextmanager
def served_throughout(target: Target, site: Site | None = None) -> Iterator[None]:
    """Not one request fails within the context, whatever the certificate is."""
    load = Load(replace(site or target.site, verified=False), rate=20)
    with load.running():
        yield
    assert load.figures.requests, "nothing was asked"
    assert load.failures == []


def changes(done: "subprocess.CompletedProcess[str]") -> int:
    """How many operations of a deploy with `--json` changed something."""
    assert done.returncode == 0, done.stdout + done.stderr
    found: int = json.loads(done.stdout)["results"]["totals"]["success"]
    return found
