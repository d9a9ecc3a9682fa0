"""Mends of Redis' network."""

from ..command import run, say
from ..config import Host
from ..running import networks


def mend(host: Host) -> None:
    """Others' containers leave it. An open one goes: nginx' and Redis' next start makes another."""
    found = networks.network(host) if host.config.redis else None
    if not found:
        return
    is_open = not networks.is_closed(found)
    for name in found.get("Containers") or {} if is_open else networks.strangers(host, found):
        say(f"the container {name} leaves {networks.SUBJECT}")
        run("docker", "network", "disconnect", "--force", found["Id"], name)
    if is_open:
        run("docker", "network", "rm", found["Id"])
