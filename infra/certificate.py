"""The certificate: certbot, the placeholder before it, and the timer after it."""

from pathlib import Path

from pyinfra.api import deploy

from infra.hostfile import HostFile, digest
from infra.onhost import layout
from infra.operations import host
from infra.setting_types import PROJECT

LOCK = PROJECT / "requirements" / "certbot.txt"


def venv() -> Path:
    """certbot's virtual environment, named after its lock."""
    return layout.CERTBOT_VENVS / digest([HostFile("certbot.txt", LOCK.read_bytes())])


@deploy("Certificate")
def placeholder() -> None:
    """nginx has a certificate to start with."""
    host.missing(
        name="Make a placeholder for the certificate",
        path=str(layout.TLS_CERTIFICATE),
        action="certificate-placeholder",
    )


@deploy("Certificate")
def trusted() -> None:
    """The site serves a certificate of the CA, which a timer renews; asks the CA only if due."""
    host.certbot(name="Install certbot", folder=venv(), requirements=LOCK.read_bytes())
    host.state(
        name="Get the certificate",
        question="certificate-state",
        wanted={"issued": True, "fresh": True, "installed": True, "served": True},
        action="certificate-renew",
    )
