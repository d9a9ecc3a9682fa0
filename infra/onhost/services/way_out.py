"""The containers' way out: what dockerd has told the kernel to forward and to translate.

Others take it away without a word to dockerd: `nft flush ruleset`, a firewall's restart, a sysctl.
"""

import json
from pathlib import Path
from typing import Any

from ..command import Failure, run, say, succeeds

LIMIT = 10  # seconds that a program may take
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"


def state() -> dict[str, bool]:
    """What a deploy decides from."""
    return {"open": not problem()}


def problem() -> str:
    """What is missing of the way out; empty when nothing is. Raises Failure without dockerd."""
    if FORWARDING.read_text().strip() == "0":
        return "the kernel forwards no packets of containers: net.ipv4.ip_forward is 0"
    if run("docker", "info", "--format", "{{json .}}", timeout=LIMIT).find('"nftables"') > 0:
        return "" if succeeds("nft", "list", "table", "ip", "docker-bridges") else _lost("docker")
    rules = run("iptables", "--wait", "--table", "nat", "--list-rules", "POSTROUTING").splitlines()
    forwarded = run("iptables", "--wait", "--list-rules", "FORWARD")
    for name, subnet in _subnets():
        if not any(f"-s {subnet} " in rule and "MASQUERADE" in rule for rule in rules):
            return _lost(name)
    return "" if "DOCKER" in forwarded else _lost("docker")


def _lost(network: str) -> str:
    return f"Docker's rules of the firewall are gone (network {network})"


def _subnets() -> list[tuple[str, str]]:
    """The IPv4 networks of containers that dockerd translates addresses for."""
    names = run("docker", "network", "ls", "--quiet", "--filter", "driver=bridge").split()
    shown: list[dict[str, Any]] = json.loads(run("docker", "network", "inspect", *names))
    return [
        (network["Name"], config["Subnet"])
        for network in shown
        if not network["Internal"] and network["Options"].get(MASQUERADE, "true") == "true"
        for config in network["IPAM"]["Config"]
        if ":" not in config["Subnet"]
    ]


def mend() -> str:
    """Has dockerd tell the kernel again; containers run on meanwhile. Raises Failure if not.

    What was missing; empty when nothing was.
    """
    found = problem()
    if not found:
        return ""
    say(f"{found}: restarting dockerd, containers run on")
    run("systemctl", "restart", "docker")
    if left := problem():
        raise Failure(f"{left}, also after a restart of dockerd")
    return found
