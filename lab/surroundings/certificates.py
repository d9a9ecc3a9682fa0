"""The lab's own CA, for the services beside the hosts; never for a site under test."""

from pathlib import Path

from lab.paths import Clone, owner, replace
from lab.processes import run

MACHINE_CAS = Path("/usr/local/share/ca-certificates")
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def ca(clone: Clone) -> Path:
    """Give the clone's CA certificate, made once; its key stays beside it."""
    folder = clone.state / "ca"
    certificate = folder / "ca.pem"
    if not certificate.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        new = folder / "new.pem"
        uses = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
        run(
            *("openssl", "req", "-x509", *KEY, "-days", "3650"),
            *("-subj", f"/O=Slipway test lab/CN=Slipway test lab {clone.id}"),
            *(word for use in uses for word in ("-addext", use)),
            *("-keyout", folder / "ca.key", "-out", new),
        )
        new.rename(certificate)
    return certificate


def issue(clone: Clone, name: str, address: str) -> tuple[Path, Path]:
    """Give certificate and key for a service's name and address, made once."""
    folder = clone.services
    certificate, key, request = (folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
    if not certificate.exists():
        authority = ca(clone)
        run(
            *("openssl", "req", *KEY, "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name},IP:{address}"),
            *("-addext", "extendedKeyUsage=serverAuth"),
            *("-keyout", key, "-out", request),
        )
        new = certificate.with_suffix(".new")
        run(
            *("openssl", "x509", "-req", "-in", request, "-days", "800", "-copy_extensions"),
            *("copyall", "-CA", authority, "-CAkey", authority.with_suffix(".key")),
            *("-CAcreateserial", "-out", new),
        )
        new.rename(certificate)
    return certificate, key


def publish(clone: Clone) -> None:
    """Write the certificates that clients and hosts are to trust into the checkout."""
    own = owner(clone.checkout)
    machine = sorted(MACHINE_CAS.glob("**/*.crt")) if MACHINE_CAS.exists() else []
    extra = "".join(path.read_text().rstrip("\n") + "\n" for path in (ca(clone), *machine))
    replace(clone.files / "extra-ca.pem", extra, own=own)
    for file, authority in (("ca.pem", "acme"), ("staging-ca.pem", "staging")):
        roots = acme_roots(clone, authority)
        replace(clone.files / file, roots.read_text() if roots.exists() else "", own=own)


def acme_roots(clone: Clone, authority: str) -> Path:
    """Name the file with every root that a CA of this clone has had."""
    return clone.state / f"{authority}-roots.pem"


def add_acme_root(clone: Clone, authority: str, root: str) -> None:
    """Add a root; earlier ones stay, as hosts still serve certificates under them."""
    file = acme_roots(clone, authority)
    known = file.read_text() if file.exists() else ""
    if root.strip() not in known:
        replace(file, f"{known}{root.strip()}\n")
