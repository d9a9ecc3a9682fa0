"""The bundle of trusted CAs: by content, it holds what its sources hold and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..config import Host
from ..difference import Difference

PEM = re.compile(r"-----BEGIN [A-Z ]*CERTIFICATE-----(.*?)-----END", re.DOTALL)


def differences(host: Host) -> Iterator[Difference]:
    """What update-ca-certificates would make different."""
    bundle = host.layout.ca_bundle
    if not bundle.exists():
        yield Difference(str(bundle), "is missing")
        return
    found, wanted = _certificates([bundle]), _certificates(_sources(host))
    if missing := wanted - found:
        yield Difference(str(bundle), f"lacks {len(missing)} CAs of this host")
    if surplus := found - wanted:
        yield Difference(str(bundle), f"trusts {len(surplus)} CAs that have no file on this host")


def _sources(host: Host) -> list[Path]:
    """The files that update-ca-certificates reads, as its manual says."""
    root = host.layout.root
    listed = root / "etc/ca-certificates.conf"
    lines = listed.read_text().splitlines() if listed.exists() else []
    names = [line.strip() for line in lines if line.strip() and line[0] not in "#!"]
    shipped = [root / "usr/share/ca-certificates" / name for name in names]
    own = host.layout.ca_certificates.rglob("*.crt")
    return [path for path in (*shipped, *own) if path.is_file()]


def _certificates(files: list[Path]) -> set[str]:
    texts = (path.read_text(errors="replace") for path in files)
    return {"".join(pem.split()) for text in texts for pem in PEM.findall(text)}
