"""A host with a site that a real server serves, at every address of this machine."""

import contextlib
import os
import socket
from collections.abc import Iterator

import pytest

from infra.onhost.certificates import store
from infra.onhost.services import sockets
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.ca import CA, trust
from tests.support.onhost.servers import Behaviour, Script, always, on_socket, serving
from tests.support.operations.certificates import make

EVERYWHERE = "0.0.0.0"  # noqa: S104  as nginx listens


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts the certificate of its site, with a release that is well."""
    if os.geteuid():
        pytest.skip("gives files to nginx: needs root")
    with new_host() as host:
        trust(host)
        host.release("a", server="gunicorn")
        host.layout.current.symlink_to("a")
        path = host.layout.state / "site.pem"
        make(path, DOMAIN, "www.example.org", by=CA)
        key = path.with_name("site.pem.key")
        store.put(host, DOMAIN, path.read_bytes(), key.read_bytes(), "acme")
        (host.root / "run").mkdir(exist_ok=True)
        with on_socket(host.layout.web / "a" / "socket" / sockets.HTTP, always(200)):
            yield host


@contextlib.contextmanager
def listening(address: str = EVERYWHERE) -> Iterator[int]:
    """A port on which connections are accepted, and nothing is said."""
    with socket.create_server((address, 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def served(
    host: Host, behaviour: Behaviour, *aliases: str, address: str = EVERYWHERE
) -> Iterator[tuple[Host, Script]]:
    """The host, while both its ports answer, and what was asked."""
    certificate = host.layout.state / "site.pem"
    with serving(certificate, behaviour, address) as (port, script), listening() as http:
        yield host.changed(https_port=port, http_port=http, aliases=list(aliases)), script
