"""What certbot does when it renews: its own notes of the certificate, as Slipway ordered it."""

from collections.abc import Iterator
from pathlib import Path

from ..certificates import certbot, source
from ..config import Host
from ..difference import Difference

SECTION = "[renewalparams]"


def file(host: Host) -> Path:
    """certbot's notes of the site's certificate."""
    return host.layout.letsencrypt / "renewal" / f"{host.config.domain}.conf"


def wrong(host: Host) -> dict[str, str]:
    """What certbot has noted otherwise, with what it shall do."""
    if host.config.certificate.source != source.ACME or not file(host).exists():
        return {}
    found = certbot.renewal_parameters(file(host).read_text().splitlines())
    wanted = {
        "authenticator": "webroot",
        "renew_hook": f"{host.layout.command} certificate-install",
    }
    return {key: value for key, value in wanted.items() if found.get(key) != value}


def differences(host: Host) -> Iterator[Difference]:
    """Renewals that would go another way, or would not be installed."""
    for key, value in wrong(host).items():
        yield Difference(str(file(host)), f"does not say {key} = {value}")
