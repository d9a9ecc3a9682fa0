"""The source of the certificate: what it has left on this host, and asking it for another."""

from datetime import UTC, datetime
from pathlib import Path

from .. import layout
from ..command import Failure
from ..config import HostConfig
from ..services import openssl
from . import attempts, certbot, preflight, store

ACME = "acme"


def folder(config: HostConfig) -> Path:
    """The directory that the source leaves certificate and key in."""
    if config.certificate.source == ACME:
        return certbot.lineage(config)
    return layout.GIVEN_CERTIFICATE if config.certificate.source == "files" else layout.SELF_SIGNED


def chain(config: HostConfig) -> Path:
    """The certificate, and those that link it to its CA."""
    return folder(config) / store.CHAIN


def ready(config: HostConfig) -> bool:
    """Whether the source has left a certificate that fits the settings."""
    if config.certificate.source == ACME:
        return certbot.matches(config)
    if not chain(config).exists():
        return False
    return all(map(openssl.read(chain(config)).covers, config.names))


def lasts(config: HostConfig) -> bool:
    """Whether what it has left has not ended yet."""
    return openssl.read(chain(config)).ends > datetime.now(UTC)


def due(config: HostConfig) -> bool:
    """Whether the host should renew it; what the operator provides it cannot."""
    if config.certificate.source == "files":
        return False
    return openssl.read(chain(config)).due(datetime.now(UTC))


def obtain(config: HostConfig, *, advised: bool) -> None:
    """Issues or renews, `advised` also when only the CA wants it.

    Raises Failure unless the source has left a certificate that fits the settings.
    """
    if config.certificate.source == ACME:
        if advised or not certbot.matches(config) or due(config):
            _ask(config)
    elif config.certificate.source == "self-signed":
        _sign(config)
    if not ready(config):
        raise Failure(f"{folder(config)} holds no certificate for {', '.join(config.names)}"
                      " as the settings want it: see certificate in the inventory")  # fmt: skip


def _ask(config: HostConfig) -> None:
    renewal = certbot.matches(config)
    if not renewal or due(config):
        preflight.check(config, renewal=renewal)
    with attempts.noted(config, chain(config)):
        certbot.ask(config)
    if not certbot.matches(config):
        raise Failure(
            f"certbot left no certificate for {', '.join(config.names)} from"
            f" {config.certificate.acme_directory}: see /var/log/letsencrypt"
        )
    found = openssl.read(chain(config))
    if config.certificate.profile == "shortlived" and found.lifetime >= openssl.SHORT_LIFETIME:
        raise Failure(f"{config.certificate.acme_directory} did not keep to the profile shortlived:"
                      f" the certificate lives {found.lifetime.days} days")  # fmt: skip


def _sign(config: HostConfig) -> None:
    if ready(config) and not due(config):
        return
    layout.SELF_SIGNED.mkdir(mode=0o700, exist_ok=True)
    store.sign(config.names, config.certificate.key_type, layout.SELF_SIGNED)
