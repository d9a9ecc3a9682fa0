"""Whether a CA's challenge would be answered: the webroot, asked for over HTTP as the CA asks."""

import http.client
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..command import Failure, run
from ..config import Host
from ..services import nginx

FOLDER = ".well-known/acme-challenge"
TIMEOUT = 5.0  # seconds
PORT = 80  # a CA asks no other
STALE = 3600.0

# Through bash in a container: what comes from one passes the firewall's rules for strangers, while
# the host's own requests to itself do not.
ASK = (
    'exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n" "$3" "$4" >&3'
    " && cat <&3"
)


@dataclass(frozen=True)
class Token:
    """What stands in the webroot for a moment: where it is asked for, and what must come."""

    path: str
    content: str


def problems(host: Host, addresses: dict[str, list[str]]) -> list[str]:
    """What keeps a CA from this host's webroot, in a line for each name and address."""
    own = own_addresses()
    leads = f"create an A record that points to {' or '.join(_public(own)) or 'this host'}"
    found = [
        f"{name}: does not resolve: {leads}" for name, listed in addresses.items() if not listed
    ]
    with _token(host) as token:
        found += [
            _refusal(name, address, own)
            for name, listed in addresses.items()
            for address in listed
            if not _reached(host, name, address, token, own)
        ]
    return found


def _refusal(name: str, address: str, own: dict[str, bool]) -> str:
    kind = "AAAA" if ":" in address else "A"
    where = address if name == address else f"{name}: the {kind} record {address}"
    skip = "(or set certificate.check_names to False to skip this check)"
    if address in own:
        return (
            f"{where} is an address of this host, but port {PORT} there does not serve the"
            f" webroot: open the port in the firewall {skip}"
        )
    return (
        f"{where} is not an address of this host"
        f" ({', '.join(_public(own)) or 'no public address'}), and port {PORT} there does not lead"
        f" to this host: correct the record, or forward the port {skip}"
    )


def own_addresses() -> dict[str, bool]:
    """Every address of this host, and whether a record may lead to it: containers' may not."""
    bridges = ("docker", "br-", "veth")
    return {
        entry["local"]: entry["scope"] == "global" and not link["ifname"].startswith(bridges)
        for link in json.loads(run("ip", "-json", "address"))
        for entry in link["addr_info"]
    }


def _public(own: dict[str, bool]) -> list[str]:
    return sorted(address for address, public in own.items() if public)


@contextmanager
def _token(host: Host) -> Iterator[Token]:
    """A file in the webroot; those that a killed run left are removed."""
    folder = host.layout.webroot / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("slipway-*"):
        if old.stat().st_mtime < time.time() - STALE:
            old.unlink(missing_ok=True)
    content = secrets.token_urlsafe(24)
    file = folder / f"slipway-{secrets.token_hex(8)}"
    file.write_text(content)
    file.chmod(0o644)
    try:
        yield Token(f"/{FOLDER}/{file.name}", content)
    finally:
        file.unlink(missing_ok=True)


def _reached(host: Host, name: str, address: str, token: Token, own: dict[str, bool]) -> bool:
    """Whether the address answers with the file; behind NAT a foreign one may be the host's."""
    port = host.config.http_port if address in own else PORT
    if address not in own or ":" in address or not _bridged():
        return _asked(name, address, port, token.path) == token.content
    stranger = ("--network", "bridge", "--read-only", "--cap-drop", "ALL")
    limit = ("--entrypoint", "timeout", _image(), f"{TIMEOUT:.0f}")
    request = ("bash", "-c", ASK, "-", address, str(port), token.path, name)
    words = ("docker", "run", "--rm", "--pull", "never", *stranger, *limit, *request)
    try:
        shown = run(*words, timeout=60)
    except Failure:
        return False
    return token.content in shown


def _image() -> str:
    return run("docker", "inspect", "--format", "{{.Image}}", nginx.CONTAINER).strip()


def _bridged() -> bool:
    """Whether Docker has its usual bridge, from which a container can ask like a stranger."""
    return "bridge" in run("docker", "network", "ls", "--format", "{{.Name}}").split()


def _asked(name: str, address: str, port: int, path: str) -> str:
    connection = http.client.HTTPConnection(address, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers={"Host": name})
        return connection.getresponse().read(1000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
