"""certbot on a host: the files of a certificate that it left, and a program in its place."""

from pathlib import Path

from infra.onhost.certificates import lineage
from tests.support.onhost import DOMAIN, Host
from tests.support.operations.certificates import make

ACME = "https://acme-v02.api.letsencrypt.org/directory"
RENEWAL = f"""# renew_before_expiry = 30 days
version = 5.8.0
cert = /etc/letsencrypt/live/{DOMAIN}/cert.pem
[renewalparams]
server = {ACME}
key_type = ecdsa
account = 0123=4567 = 89
"""


def chain(host: Host) -> Path:
    """The certificate that certbot holds."""
    return lineage.directory(host) / "fullchain.pem"


def renewal(host: Host) -> Path:
    """What certbot remembers for its renewal."""
    return lineage.renewal(host)


def leave(host: Host) -> None:
    """Leaves a certificate of the settings, as certbot does."""
    make(chain(host), DOMAIN)
    link(host.layout.letsencrypt)
    renewal(host).parent.mkdir()
    renewal(host).write_text(RENEWAL)


def link(root: Path) -> None:
    """Moves the certificate's files into the archive and leaves links, as certbot has them."""
    live, archive = root / "live" / DOMAIN, root / "archive" / DOMAIN
    archive.mkdir(parents=True, exist_ok=True)
    for kind in lineage.KINDS:
        file, target = live / f"{kind}.pem", archive / f"{kind}1.pem"
        if not file.is_symlink():
            file.rename(target) if file.exists() else target.write_text(kind)
            file.symlink_to(Path("..", "..", "archive", DOMAIN, target.name))


def install(host: Host, script: str) -> None:
    """Puts a program in certbot's place that notes its arguments and runs this script."""
    path = host.layout.certbot / "bin" / "certbot"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "certbot $*" >> {host.calls}\n{script}\n')
    path.chmod(0o755)


def asked(host: Host) -> list[str]:
    """The command of each of its runs, like `renew`."""
    return [call.split()[1] for call in host.called() if call.startswith("certbot ")]
