"""Whether containers reach what the host reaches: their way out ends with Docker's nft rules."""

import contextlib
import ipaddress
import os
import socket
import struct
from functools import partial

from ..attention import Attention
from ..config import Host, is_address
from . import outside

PORT = 53
TIMEOUT = 2.0  # seconds
TRIES = 2
ANY_NAME = "debian.org"  # for a site without a name
CLOSED = Attention(
    "containers have no way out: a nameserver answers the host and not them",
    "systemctl restart docker makes its rules of nftables again: `nft flush ruleset`, or another"
    " firewall, has removed them",
)


def lost(host: Host, pid: int) -> bool | None:
    """Whether a process in a container's network gets no answer where the host gets one.

    None when there is nobody to ask, or when the host gets no answer either.
    """
    name = ANY_NAME if is_address(host.config.domain) else host.config.domain
    for server in nameservers(host):
        if answers(server, name):
            return not outside.within(pid, partial(answers, server, name))
    return None


def nameservers(host: Host) -> list[str]:
    """The nameservers of this host that are elsewhere; those behind systemd-resolved, too."""
    found = []
    for file in (host.layout.resolv_conf, host.layout.resolved_conf):
        lines = file.read_text().splitlines() if file.exists() else []
        for words in map(str.split, lines):
            with contextlib.suppress(ValueError, IndexError):
                if words[0] == "nameserver" and _elsewhere(words[1]):
                    found.append(words[1])
    return list(dict.fromkeys(found))


def _elsewhere(address: str) -> bool:
    parsed = ipaddress.IPv4Address(address)  # a container may have no IPv6
    return not parsed.is_loopback and address not in outside.addresses().values()


def answers(server: str, name: str, port: int = PORT) -> bool:
    """Whether a nameserver answers a question about a name, with anything (RFC 1035, 4.1)."""
    number = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label for label in name.encode().split(b"."))
    question = number + struct.pack(">5H", 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
    for _ in range(TRIES):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(TIMEOUT)
            one.connect((server, port))
            one.send(question)
            if one.recv(512)[:2] == number:
                return True
    return False
