"""Where strangers stand: at this host's outside addresses, and in a container's network."""

import contextlib
import ctypes
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from .. import layout
from ..config import Host
from ..releases import release
from ..services import engine

# Addresses for documentation (RFC 5737, RFC 3849): nothing is sent there, a route is looked up.
FAR = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
LISTENING = "0A"  # the state of a socket in /proc/net/tcp
CLONE_NEWNET = 0x40000000  # setns(2)
LIBC = ctypes.CDLL(None, use_errno=True)

T = TypeVar("T")


def addresses() -> dict[socket.AddressFamily, str]:
    """The addresses that this host reaches the Internet from; none of a family without a route."""
    found = {}
    for family, far in FAR.items():
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found[family] = str(probe.getsockname()[0])
    return found


def listens(port: int) -> bool:
    """Whether a program of this host listens on a TCP port, whatever a firewall lets through."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        lines = table.read_text().splitlines()[1:] if table.exists() else []
        for _, local, _, state, *_ in map(str.split, lines):
            if state == LISTENING and local.endswith(f":{port:04X}"):
                return True
    return False


def connects(address: str, port: int, timeout: float, tries: int = 2) -> bool:
    """Whether somebody accepts a connection there."""
    for _ in range(tries):
        with contextlib.suppress(OSError):
            socket.create_connection((address, port), timeout).close()
            return True
    return False


def container(host: Host) -> int:
    """The process id of the current release's web container; 0 when it has none that runs."""
    project = layout.RELEASE_PROJECT.format(release=release.current(host))
    for found in engine.containers(host, project):
        service = found["Config"]["Labels"].get("com.docker.compose.service")
        if service == "web" and found["State"]["Running"]:
            return int(found["State"]["Pid"])
    return 0


def within(pid: int, call: Callable[[], T]) -> T:
    """The result of a call whose sockets are those of a process' network. Raises OSError.

    A network is a thread's own: the others stay where they are.
    """

    def enter() -> T:
        with Path(f"/proc/{pid}/ns/net").open() as network:
            if LIBC.setns(network.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return call()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(enter).result()
