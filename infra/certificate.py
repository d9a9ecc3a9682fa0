"""The certificate: certbot, the placeholder before it, and the timer after it."""

import json
from pathlib import Path

from pyinfra.api import deploy

from infra.checkout import CHECKOUT
from infra.hostfile import HostFile, digest, text
from infra.onhost.certificates.store import CHAIN, KEY
from infra.onhost.layout import LAYOUT
from infra.operations import machine, slipway, whole_files
from infra.settings import Settings, operators_certificate

LOCK = CHECKOUT / "requirements" / "certbot.txt"


def venv() -> Path:
    """certbot's virtual environment, named after its lock."""
    return LAYOUT.certbot_venvs / digest([HostFile("certbot.txt", LOCK.read_bytes())])


def own_files(settings: Settings) -> list[HostFile]:
    """What the operator gives for certificate and alerts: root's alone, it holds secrets."""
    wanted = settings.certificate
    found = [text(path, alerts(settings), "600") for path in (LAYOUT.alerts, LAYOUT.alerts_copy)]
    if wanted.source == "files" and wanted.chain and wanted.key:
        given = {CHAIN: operators_certificate.pem(wanted.chain), KEY: wanted.key.read_bytes()}
        found += [
            HostFile(str(LAYOUT.given_certificate / name), content, "600")
            for name, content in given.items()
        ]
    if wanted.external_account:
        account = wanted.external_account
        lines = f"eab-kid = {account.key_id}\neab-hmac-key = {secret(account.hmac_key)}\n"
        found.append(text(LAYOUT.external_account, lines, "600"))
    return found


def alerts(settings: Settings) -> str:
    """The ways of alerts, for the program on the host that sends them."""
    ways = settings.alerts
    mail = ways.mail and {
        **ways.mail.model_dump(mode="json"),
        "sender": ways.mail.sender or ways.mail.to,
        "password": secret(ways.mail.password) if ways.mail.password else "",
    }
    webhook = secret(ways.webhook) if ways.webhook else ""
    return json.dumps({"command": ways.command, "webhook": webhook, "mail": mail}, indent=2) + "\n"


def secret(path: Path) -> str:
    """What a local file holds, without the editor's last line break."""
    return path.read_text().strip("\r\n")


@deploy("Certificate")
def prepare(settings: Settings) -> None:
    """nginx has a certificate for each name to start with."""
    whole_files.replace(
        name="Copy your certificate files and the alert settings", files=own_files(settings)
    )
    slipway.ensure(
        name="Make a placeholder certificate if there is no certificate",
        question="certificate-prepared",
        wanted=dict.fromkeys(("certificate", "trust", "loaded", "apart", "whole"), True),
        action="certificate-prepare",
    )


@deploy("Certificate")
def install_certbot(settings: Settings) -> None:
    """What the renewal's timer runs is there."""
    machine.install_certbot(
        name="Install certbot",
        folder=venv(),
        requirements=LOCK.read_bytes(),
        environment=settings.proxy.variables,
    )


@deploy("Certificate")
def obtain() -> None:
    """The site serves a certificate of the CA; asks the CA only if due."""
    slipway.ensure(
        name="Get the certificate",
        question="certificate-state",
        wanted=dict.fromkeys(("issued", "fresh", "installed", "loaded", "served"), True),
        action="certificate-ensure",
        told="certificate-put-off",
    )
