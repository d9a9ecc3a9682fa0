"""The certificate: what is there, what is served, and making both right.

certbot is asked only when these facts call for it, or by the renewal timer.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from . import layout, nginx, x509
from .command import Failure, replace, run, say
from .config import HostConfig

RELOAD_SECONDS = 10


def state(config: HostConfig) -> dict[str, bool]:
    """What a deploy decides from; all true means that there is nothing to do."""
    lineage = layout.LETSENCRYPT / "live" / config.domain / "fullchain.pem"
    issued = lineage.exists() and matches(config)
    certificate = x509.read(lineage) if lineage.exists() else None
    return {
        "issued": issued,
        "fresh": certificate is not None and not certificate.due(datetime.now(UTC)),
        "installed": certificate is not None and _installed() == lineage.read_bytes(),
        "served": certificate is not None
        and nginx.served(config.domain, config.https_port) == certificate.fingerprint,
    }


def placeholder(config: HostConfig) -> None:
    """A self-signed certificate, so that nginx can start before the CA has been asked."""
    if layout.TLS_CERTIFICATE.exists() and layout.TLS_KEY.exists():
        return
    key, certificate = layout.TLS / ".placeholder.key", layout.TLS / ".placeholder.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "3650", "-subj", f"/CN={config.domain}",
        "-addext", f"subjectAltName=DNS:{config.domain}",
        "-keyout", key, "-out", certificate)  # fmt: skip
    _put(certificate.read_bytes(), key.read_bytes())
    key.unlink()
    certificate.unlink()


def renew(config: HostConfig) -> None:
    """Issues or renews as needed, installs, and compares what is served with what is on disk."""
    lineage = layout.LETSENCRYPT / "live" / config.domain
    if matches(config):
        say(f"asking {config.acme_directory} whether {config.domain} is due for renewal")
        run(*renew_command(config), env=_trust())
    else:
        say(f"asking {config.acme_directory} for a certificate for {config.domain}")
        run(*issue_command(config, force=lineage.exists()), env=_trust())
    if not matches(config):
        raise Failure(f"certbot left no certificate for {config.domain} from "
                      f"{config.acme_directory}: see /var/log/letsencrypt")  # fmt: skip
    install(config)
    check(config)


def install(config: HostConfig) -> None:
    """Copies the lineage to where nginx reads it, and loads it; certbot's deploy hook."""
    lineage = layout.LETSENCRYPT / "live" / config.domain
    certificate = (lineage / "fullchain.pem").read_bytes()
    if _installed() != certificate:
        _put(certificate, (lineage / "privkey.pem").read_bytes())
    nginx.reload()


def check(config: HostConfig) -> None:
    """Raises Failure unless nginx serves the certificate on disk."""
    wanted = x509.read(layout.LETSENCRYPT / "live" / config.domain / "fullchain.pem")
    deadline = time.monotonic() + RELOAD_SECONDS  # old nginx processes accept for a moment more
    while nginx.served(config.domain, config.https_port) != wanted.fingerprint:
        if time.monotonic() > deadline:
            raise Failure(f"nginx does not serve the certificate on disk of {config.domain}:"
                          " see journalctl CONTAINER_NAME=" + nginx.CONTAINER)  # fmt: skip
        time.sleep(0.2)
    say(f"{config.domain} serves its certificate until {wanted.ends:%Y-%m-%d %H:%M} UTC")


def matches(config: HostConfig) -> bool:
    """Whether there is a lineage of this name, CA, key type and names."""
    conf = layout.LETSENCRYPT / "renewal" / f"{config.domain}.conf"
    lineage = layout.LETSENCRYPT / "live" / config.domain / "fullchain.pem"
    if not conf.exists() or not lineage.exists():
        return False
    wanted = {"server": config.acme_directory, "key_type": config.key_type}
    saved = renewal_parameters(conf.read_text().splitlines())
    same = all(saved.get(key) == value for key, value in wanted.items())
    return same and x509.read(lineage).names == {config.domain}


def renewal_parameters(lines: Iterable[str]) -> dict[str, str]:
    """The `key = value` lines of certbot's renewal configuration."""
    pairs = (line.partition(" = ") for line in lines)
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


def issue_command(config: HostConfig, *, force: bool) -> list[str]:
    """certbot's command for a new lineage, or, forced, for one from another CA or key type."""
    command = [str(layout.CERTBOT / "bin" / "certbot"), "certonly", "--non-interactive",
               "--agree-tos", "--email", config.email, "--server", config.acme_directory,
               "--webroot", "--webroot-path", str(layout.WEBROOT), "--cert-name", config.domain,
               "--domain", config.domain, "--key-type", config.key_type,
               "--deploy-hook", f"{layout.COMMAND} certificate-install"]  # fmt: skip
    return [*command, "--force-renewal"] if force else command


def renew_command(config: HostConfig) -> list[str]:
    """certbot's command that renews when the CA's advice or the lifetime says so."""
    return [str(layout.CERTBOT / "bin" / "certbot"), "renew", "--non-interactive",
            "--no-random-sleep-on-renew", "--cert-name", config.domain]  # fmt: skip


def _trust() -> dict[str, str]:
    return {"REQUESTS_CA_BUNDLE": str(layout.CA_BUNDLE)}


def _installed() -> bytes:
    return layout.TLS_CERTIFICATE.read_bytes() if layout.TLS_CERTIFICATE.exists() else b""


def _put(certificate: bytes, key: bytes) -> None:
    """Key first: nginx is told to load them only after both are there."""
    replace(layout.TLS_KEY, key, 0o640, layout.NGINX_UID)
    replace(layout.TLS_CERTIFICATE, certificate, 0o640, layout.NGINX_UID)
