"""What the sources of a certificate leave on a host."""

from pathlib import Path
from typing import Any

from tests.support.onhost import DOMAIN, Host
from tests.support.operations.certificates import make


def leave(folder: Path, *names: str, **how: Any) -> bytes:
    """Leaves a certificate and its key as a source does; a server of the tests takes it, too."""
    made = make(folder / "fullchain.pem", *names, **how)
    (folder / "privkey.pem").write_bytes((folder / "fullchain.pem.key").read_bytes())
    return made.pem


def given(host: Host, *names: str, **how: Any) -> Path:
    """The operator provides a certificate of these names: its chain."""
    leave(host.layout.given_certificate, *(names or (DOMAIN,)), **how)
    return host.layout.given_certificate / "fullchain.pem"
