"""A bridge of the clone's own, with its own subnet and a way out."""

import json
import shutil
import socket
from collections.abc import Iterable
from ipaddress import IPv4Network
from pathlib import Path

from lab.paths import Clone
from lab.processes import run
from lab.progress import LabError

CANDIDATES = [IPv4Network(f"10.213.{n}.0/24") for n in range(256)]
FIRST_HOST = 10  # below it the bridge has its address


def choose_subnet(taken: Iterable[IPv4Network]) -> IPv4Network:
    """Find a subnet that no route and no other clone has any part of."""
    used = [network for network in taken if network.prefixlen > 0]  # the default route takes none
    for candidate in CANDIDATES:
        if not any(candidate.overlaps(network) for network in used):
            return candidate
    raise LabError("no free subnet is left in 10.213.0.0/16")


def choose_address(subnet: IPv4Network, used: Iterable[str], last: str | None) -> str:
    """Take the next address round the ring: a new host has seldom the address of a late one."""
    hosts = [str(address) for address in subnet.hosts()][FIRST_HOST - 1 :]
    begin = hosts.index(last) + 1 if last in hosts else 0
    taken = set(used)
    for address in hosts[begin:] + hosts[:begin]:
        if address not in taken:
            return address
    raise LabError(f"no free address is left in {subnet}")


def gateway(subnet: IPv4Network) -> str:
    """Give the bridge's address, where the clone's services listen."""
    return str(subnet.network_address + 1)


def answers(address: str) -> bool:
    """Say whether something accepts connections at HOST:PORT."""
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def routed() -> list[IPv4Network]:
    """List every network that this machine has a route to."""
    routes = json.loads(run("ip", "-j", "-4", "route", "show", "table", "all"))
    return [network for route in routes if (network := parse_route(route["dst"]))]


def parse_route(text: str) -> IPv4Network | None:
    """Read a route's destination; the default route is no network of anybody's."""
    return None if text == "default" else IPv4Network(text, strict=False)


def up(clone: Clone, subnet: IPv4Network) -> None:
    """Make the bridge and the way out, or complete what a killed run left of them."""
    if not Path(f"/sys/class/net/{clone.bridge}").exists():
        run("ip", "link", "add", clone.bridge, "type", "bridge")
    address = f"{gateway(subnet)}/{subnet.prefixlen}"
    run("ip", "address", "replace", address, "dev", clone.bridge)
    run("ip", "link", "set", clone.bridge, "up")
    # Adding the table first makes deleting it safe; one transaction, so no gap for the traffic.
    rules = f"""
        table ip {clone.table} {{}}
        delete table ip {clone.table}
        table ip {clone.table} {{
            chain postrouting {{
                type nat hook postrouting priority srcnat
                ip saddr {subnet} ip daddr != {subnet} masquerade
            }}
        }}
    """
    run("nft", "-f", "-", stdin=rules)
    forward = Path("/proc/sys/net/ipv4/ip_forward")
    if forward.read_text().strip() != "1":
        forward.write_text("1")
    pass_closed_chains(clone.bridge, "-I")


def down(bridge: str, table: str) -> None:
    """Take away the bridge and the rules, as far as they are there."""
    pass_closed_chains(bridge, "-D")
    if table in tables():
        run("nft", "delete", "table", "ip", table)
    if bridge in bridges():
        run("ip", "link", "delete", bridge)


def tables() -> list[str]:
    """List the nftables tables of the family that the lab uses."""
    listed = run("nft", "list", "tables", "ip") if shutil.which("nft") else ""
    return [line.split()[-1] for line in listed.splitlines()]


def bridges() -> list[str]:
    """List the bridges of this machine."""
    links = json.loads(run("ip", "-j", "link", "show", "type", "bridge") or "[]")
    return [link["ifname"] for link in links if "ifname" in link]


def pass_closed_chains(bridge: str, verb: str) -> None:
    """Insert or delete rules for the bridge where iptables drops by default, as with Docker."""
    if not shutil.which("iptables"):
        return
    for chain, directions in (("FORWARD", ("-i", "-o")), ("INPUT", ("-i",))):
        lines = run("iptables", "-w", "-S", chain).splitlines()
        for direction in directions:
            rule = [chain, direction, bridge, "-j", "ACCEPT"]
            there = any(line.split()[1:] == rule for line in lines)
            closed = f"-P {chain} DROP" in lines
            if there if verb == "-D" else (closed and not there):
                run("iptables", "-w", verb, *rule)
