"""What the settings ask of dockerd, in the words of its configuration file.

The file is not Slipway's alone: these keys are put into it, and what else stands there stays.
"""

from ipaddress import IPv4Network
from typing import Any

from infra.settings.host import Settings

POOL = IPv4Network("172.17.0.0/16")  # known as Docker's: networks of others avoid it
# For a host on which there is no Docker yet: what containers of others shall have, too.
FIRST: dict[str, Any] = {
    "log-driver": "journald",
    "no-new-privileges": True,
    "userland-proxy": False,
    "default-address-pools": [{"base": str(POOL), "size": 24}],
}


def wanted(settings: Settings) -> dict[str, Any]:
    """The keys that dockerd must have, with their values."""
    docker, proxy = settings.docker, settings.proxy
    found: dict[str, Any] = {
        "live-restore": True,  # containers run on while dockerd restarts or is upgraded
    }
    if docker.registry_mirror:
        found["registry-mirrors"] = [str(docker.registry_mirror)]
    if docker.data_root:
        found["data-root"] = str(docker.data_root)
    if docker.mtu:
        found["mtu"] = docker.mtu
    if docker.address_pools:
        found["default-address-pools"] = [pool(network) for network in docker.address_pools]
    if proxy.variables:
        names = {"http-proxy": proxy.http, "https-proxy": proxy.https}
        found["proxies"] = {name: str(url) for name, url in names.items() if url}
        found["proxies"]["no-proxy"] = proxy.no_proxy
    return found


def pool(network: str) -> dict[str, Any]:
    """Docker's words for a network that it divides: 256 addresses for each part, or a quarter."""
    bits = IPv4Network(network).prefixlen
    return {"base": network, "size": max(24, bits + 2)}
