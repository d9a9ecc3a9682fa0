"""The ports of the site: who can connect to them, and what a firewall of the host closes.

Nobody can see from here what stands in front of the host, or a rule that names the outside
interface alone: for these, have somebody else ask the site.
"""

import socket

from ..attention import LOG, Attention
from ..config import Host
from ..services import https, nginx
from . import outside

CONNECT = 3.0  # seconds

Problems = dict[str, Attention]
"""What is amiss, each under a key that stays the same while it lasts."""


def closed(host: Host) -> tuple[Problems, str]:
    """The ports on which nobody answers, or only to the host; where to ask, empty for nowhere."""
    found: Problems = {}
    where = ""
    for port in wanted(host):
        if not outside.listens(port):
            found[f"port {port}"] = _silent(port)
            continue
        own = outside.addresses()
        tried = {address: outside.connects(address, port, CONNECT) for address in own.values()}
        loopback = outside.LOOPBACK.items()
        inside = {family: outside.connects(address, port, CONNECT) for family, address in loopback}
        for family, address in own.items():
            if not tried[address] and (inside[family] or family == socket.AF_INET):
                found[f"port {port} of {address}"] = shut(port, f"at {address}")
        if not own and not inside[socket.AF_INET]:
            found[f"port {port}"] = shut(port, f"at {https.ADDRESS}")
        if port == host.config.https_port:
            reached = [address for address, there in tried.items() if there]
            where = next(iter(reached), https.ADDRESS if inside[socket.AF_INET] else "")
    return found, where


def _silent(port: int) -> Attention:
    log = LOG.format(container=nginx.CONTAINER)
    return Attention(
        f"nobody listens on port {port}", f"{log} says why nginx does not; then deploy"
    )


def shut(port: int, where: str) -> Attention:
    """What to say of a port that a firewall of the host closes."""
    return Attention(
        f"nginx listens on port {port}, but nobody reaches it {where}: a firewall closes it",
        f"open TCP {port}: nft list ruleset, iptables -S or ufw status show the rule",
    )


def wanted(host: Host) -> tuple[int, int]:
    """The ports of the site."""
    return host.config.https_port, host.config.http_port


def closed_to_containers(host: Host, pid: int) -> list[int] | None:
    """The ports of the site that do not answer a process in a container's network.

    What comes from there passes the firewall's rules for strangers; the host's own requests to
    itself mostly do not. None on a host without an IPv4 address, which they could not ask.
    """
    address = outside.addresses().get(socket.AF_INET)
    if not address:
        return None

    def tried() -> list[int]:
        return [port for port in wanted(host) if not outside.connects(address, port, CONNECT)]

    return outside.within(pid, tried)
