"""The source of the certificate: what it has left on this host, and asking it for another."""

from datetime import UTC, datetime
from pathlib import Path

from ..command import Failure
from ..config import Host
from ..services import openssl
from . import attempts, certbot, lineage, preflight, store

ACME = "acme"


def folder(host: Host) -> Path:
    """The directory that the source leaves certificate and key in."""
    if host.config.certificate.source == ACME:
        return lineage.directory(host)
    return (
        host.layout.given_certificate
        if host.config.certificate.source == "files"
        else host.layout.self_signed
    )


def chain(host: Host) -> Path:
    """The certificate, and those that link it to its CA."""
    return folder(host) / store.CHAIN


def ready(host: Host) -> bool:
    """Whether the source has left a certificate that fits the settings."""
    if host.config.certificate.source == ACME:
        return certbot.matches(host)
    if not chain(host).exists():
        return False
    return all(map(openssl.read(chain(host)).covers, host.config.names))


def unexpired(host: Host) -> bool:
    """Whether the certificate that it has left has not ended yet."""
    return openssl.read(chain(host)).ends > datetime.now(UTC)


def renewal_due(host: Host) -> bool:
    """Whether the host should renew it; what the operator provides it cannot."""
    if host.config.certificate.source == "files":
        return False
    return openssl.read(chain(host)).renewal_due(datetime.now(UTC))


def obtain(host: Host, *, advised: bool) -> None:
    """Issues or renews, `advised` also when only the CA wants it.

    Raises Failure unless the source has left a certificate that fits the settings.
    """
    if host.config.certificate.source == ACME:
        if advised or not certbot.matches(host) or renewal_due(host):
            _ask(host)
    elif host.config.certificate.source == "self-signed":
        _sign(host)
    if not ready(host):
        raise Failure(
            f"{folder(host)} has no certificate for {', '.join(host.config.names)}"
            " that fits the settings: check the setting certificate"
        )


def _ask(host: Host) -> None:
    renewal = certbot.matches(host)
    if not renewal or renewal_due(host):
        preflight.check(host, renewal=renewal)
    with attempts.noted(host, chain(host)):
        certbot.ask(host)
    if not certbot.matches(host):
        raise Failure(
            f"certbot made no certificate for {', '.join(host.config.names)} from"
            f" {host.config.certificate.acme_directory}: see {host.layout.certbot_log}"
        )
    found = openssl.read(chain(host))
    if host.config.certificate.profile == "shortlived" and found.lifetime >= openssl.SHORT_LIFETIME:
        raise Failure(
            f"{host.config.certificate.acme_directory} ignored the profile shortlived:"
            f" its certificate is valid for {found.lifetime.days} days"
        )


def _sign(host: Host) -> None:
    if ready(host) and not renewal_due(host):
        return
    host.layout.self_signed.mkdir(mode=0o700, exist_ok=True)
    store.sign(host.config.names, host.config.certificate.key_type, host.layout.self_signed)
