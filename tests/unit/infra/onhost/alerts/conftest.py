"""A host of alerts, and a receiver that it trusts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.onhost import Host, new_host
from tests.support.onhost.alerts import CA, HERE
from tests.support.operations.certificates import make


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA."""
    with new_host() as host:
        host.layout.ca_bundle.parent.mkdir(parents=True)
        host.layout.ca_bundle.write_bytes(CA.pem)
        yield host


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine's, by the one CA that the host trusts."""
    make(tmp_path / "here.pem", HERE, by=CA)
    return tmp_path / "here.pem"
