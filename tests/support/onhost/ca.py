"""A CA that a host trusts: the directory in which it tells of itself, over real TLS."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from tests.support.onhost import Host
from tests.support.onhost.servers import always, serving
from tests.support.operations.certificates import authority, make

HERE = "127.0.0.1"
CA = authority("ca.example.org")


def trust(host: Host) -> None:
    """Has the host trust it, and nobody else."""
    host.layout.ca_bundle.parent.mkdir(parents=True)
    host.layout.ca_bundle.write_bytes(CA.pem)


@contextlib.contextmanager
def directory(host: Host, answer: bytes | dict[str, Any], status: int = 200) -> Iterator[str]:
    """The address of a CA's directory with this `meta`, or with any bytes."""
    made = host.layout.state / "ca.pem"
    make(made, HERE, by=CA)
    meta = answer if isinstance(answer, bytes) else json.dumps({"meta": answer}).encode()
    with serving(made, always(status, meta)) as (port, _):
        yield f"https://{HERE}:{port}/directory"


def asking(host: Host, url: str, **terms: Any) -> Host:
    """The host with this CA and other terms; it looks at no names unless these say so."""
    return host.changed(**({"acme_directory": url, "check_names": False} | terms))
