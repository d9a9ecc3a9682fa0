"""The certificates that nginx reads: a directory for each name, replaced as a whole.

A name is a link to a version, certificate and key together: whenever nginx starts, they fit.
"""

import json
import shutil
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import layout
from ..command import replace, run
from ..config import Host, is_address
from ..services import openssl

CHAIN = "fullchain.pem"
KEY = "privkey.pem"
RECORD = "about.json"
PLACEHOLDER = "placeholder"  # what is served before the source has given anything
SELF_SIGNED_DAYS = "397"


@dataclass(frozen=True)
class Record:
    """Where an installed certificate came from."""

    source: str = ""
    """acme, files, self-signed or placeholder; empty when nothing is installed."""
    trusted: bool = False
    """Whether this host trusted it when it was installed."""


def chain(host: Host, name: str) -> Path:
    """Where nginx finds the certificate of a name, and those that link it to its CA."""
    return host.layout.tls / name / CHAIN


def key(host: Host, name: str) -> Path:
    """Where nginx finds its private key."""
    return host.layout.tls / name / KEY


def has_its_key(host: Host, name: str) -> bool:
    """Whether the private key of a name's certificate is there, and is that of the certificate."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain(host, name), key(host, name))
    except OSError:
        return False
    return True


def record(host: Host, name: str) -> Record:
    """The record of the certificate of a name."""
    try:
        return Record(**json.loads((host.layout.tls / name / RECORD).read_text()))
    except (OSError, ValueError, TypeError):
        return Record()


def names(host: Host) -> list[str]:
    """The names that have a certificate here."""
    links = (path.name for path in host.layout.tls.iterdir() if path.is_symlink())
    return sorted(name for name in links if not name.startswith("."))


def put(host: Host, name: str, content: bytes, private: bytes, source: str) -> None:
    """Installs a certificate with its key; nginx reads both at its next reload."""
    version = host.layout.tls / f".{name}.{openssl.fingerprint(content.decode())[:12]}"
    version.mkdir(mode=0o750, exist_ok=True)
    shutil.chown(version, group=layout.NGINX_UID)
    replace(version / KEY, private, 0o640, layout.NGINX_UID)
    replace(version / CHAIN, content, 0o640, layout.NGINX_UID)
    known = Record(source, openssl.trusted(host, content.decode()))
    replace(version / RECORD, json.dumps(asdict(known)).encode())
    link = host.layout.tls / ".link.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    link.rename(host.layout.tls / name)


def trust_is_noted(host: Host, name: str) -> bool:
    """Whether the record of a name says what holds now of the host's trust."""
    return record(host, name).trusted == openssl.trusted(host, chain(host, name).read_text())


def note_trust(host: Host, name: str) -> None:
    """Notes whether this host trusts the certificate of a name: its settings may name other CAs."""
    known = Record(record(host, name).source, openssl.trusted(host, chain(host, name).read_text()))
    replace(host.layout.tls / name / RECORD, json.dumps(asdict(known)).encode())


def tidy(host: Host, wanted: list[str]) -> None:
    """Removes names that are not wanted, and versions that no name leads to."""
    for name in set(names(host)) - set(wanted):
        (host.layout.tls / name).unlink()
    used = {(host.layout.tls / name).readlink().name for name in names(host)}
    for path in host.layout.tls.iterdir():
        if path.is_dir() and not path.is_symlink() and path.name not in used:
            shutil.rmtree(path)


def sign(sites: list[str], key_type: str, folder: Path) -> tuple[bytes, bytes]:
    """A certificate for these names that the host signs itself, and its key."""
    chain_file, key_file = folder / CHAIN, folder / KEY
    kind = ("rsa:3072",) if key_type == "rsa" else ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    named = ",".join(("IP:" if is_address(name) else "DNS:") + name for name in sites)
    extensions = (
        f"subjectAltName={named}",
        "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=serverAuth",
    )
    run(
        *("openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", SELF_SIGNED_DAYS),
        *("-subj", f"/CN={sites[0]}"[:67]),
        *(word for extension in extensions for word in ("-addext", extension)),
        *("-keyout", key_file, "-out", chain_file),
    )
    return chain_file.read_bytes(), key_file.read_bytes()
