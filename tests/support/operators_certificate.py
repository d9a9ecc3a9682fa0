"""An operator's certificate in the settings, and why it is refused."""

from pathlib import Path
from typing import Any

from tests.support.operations.certificates import make
from tests.support.settings import refusal

DOMAIN = "app.example.org"
CHAIN = "certificate.chain"
KEY = "certificate.key"


def files(folder: Path, *names: str, **how: Any) -> dict[str, Any]:
    """The settings with a certificate of these names, as the operator would give them."""
    chain = folder / "chain.pem"
    make(chain, *(names or (DOMAIN,)), **how)
    return {"source": "files", "chain": str(chain), "key": f"{chain}.key"}


def refused(certificate: dict[str, Any], **settings: Any) -> str:
    """Why it is refused, in one line that shows nothing of the files."""
    line = refusal(certificate=certificate, **settings)
    for name in ("chain", "key"):
        content = Path(certificate[name]).read_text(errors="replace")
        assert not [word for word in content.split() if len(word) > 12 and word in line]
    return line
