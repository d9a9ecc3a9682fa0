"""Redis' network: closed to the host and to other networks, and none but ours are in it."""

from collections.abc import Iterator
from typing import Any

from .. import layout
from ..config import Host
from ..difference import Difference
from ..services import engine

SUBJECT = f"the network {layout.REDIS_NETWORK}"
NO_ADDRESS = "com.docker.network.bridge.inhibit_ipv4"
PROJECT = "com.docker.compose.project"
OURS = tuple(name.partition("{")[0] for name in (layout.RELEASE_PROJECT, layout.ONE_OFF_PROJECT))


def differences(host: Host) -> Iterator[Difference]:
    """A network that is missing or open, and containers of others in it."""
    if not host.config.redis:
        return
    found = network(host)
    if not found:
        yield Difference(SUBJECT, "is not there")
        return
    if not is_closed(found):
        yield Difference(SUBJECT, "is open to others than Redis and the application")
    for name in strangers(host, found).values():
        yield Difference(SUBJECT, f"has a container of others: {name}")


def network(host: Host) -> dict[str, Any] | None:
    """The network as Docker describes it."""
    found: dict[str, Any] | None = engine.get(host, f"/networks/{layout.REDIS_NETWORK}")
    return found


def is_closed(found: dict[str, Any]) -> bool:
    """Whether it is as the compose file asks for."""
    pools = [(one.get("Subnet"), one.get("IPRange")) for one in found["IPAM"]["Config"] or []]
    asked = [(layout.REDIS_SUBNET, layout.REDIS_CLIENTS)]
    without = (found.get("Options") or {}).get(NO_ADDRESS) == "true"
    return bool(found["Internal"]) and without and pools == asked


def strangers(host: Host, found: dict[str, Any]) -> dict[str, str]:
    """The containers in it that no compose file of ours has put there: names by ids."""
    there = {}
    for key, one in (found.get("Containers") or {}).items():
        labels = (engine.get(host, f"/containers/{key}/json") or {}).get("Config", {}).get("Labels")
        if not str((labels or {}).get(PROJECT, "")).startswith(OURS):
            there[key] = str(one["Name"])
    return there
