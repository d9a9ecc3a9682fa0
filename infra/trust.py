"""Extra CA certificates: trusted by the host, by Docker and by image builds."""

import hashlib
import re

from pyinfra.api import deploy

from infra.hostfile import HostFile, text
from infra.onhost.layout import LAYOUT
from infra.operations import machine, whole_files
from infra.settings import Settings

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def certificates(settings: Settings) -> list[HostFile]:
    """One file for each certificate, since update-ca-certificates takes no more in one."""
    found = {
        pem
        for path in settings.extra_ca_certificates
        for pem in PEM.findall(path.read_text(encoding="utf-8"))
    }
    return [text(LAYOUT.ca_certificates / _name(pem), pem + "\n") for pem in sorted(found)]


def _name(pem: str) -> str:
    return f"slipway-{hashlib.sha256(pem.encode()).hexdigest()[:12]}.crt"


@deploy("Trust")
def add_authorities(settings: Settings) -> None:
    """The host trusts the CAs of the settings."""
    wanted = certificates(settings)
    if wanted:
        whole_files.replace(name="Copy the extra CA certificates", files=wanted)
    machine.trust_authorities(
        name="Update the list of trusted CAs",
        names=[file.path.rsplit("/", 1)[-1] for file in wanted],
    )
