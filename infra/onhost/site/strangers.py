"""What a process in a container's network reaches: the site's ports, and the way out."""

from ..command import Failure
from ..config import Host
from . import memory, outside, ports, way_out
from .ports import Problems

WAY_OUT = "way out"


def look(host: Host) -> dict[str, bool]:
    """What can be said of it now; empty without a running web container."""
    try:
        pid = outside.container(host)
        if not pid:
            return {}
        shut = ports.closed_to_containers(host, pid)
        lost = way_out.lost(host, pid)
    except (Failure, OSError):  # Docker or the container is not there, which is told elsewhere
        return {}
    found = {} if shut is None else {str(port): port not in shut for port in ports.wanted(host)}
    return found | ({} if lost is None else {WAY_OUT: not lost})


def problems(host: Host) -> Problems:
    """What was reached before and is not now."""
    known, found = memory.reached(host), look(host)
    memory.remember_reached(host, found)
    lost = [name for name, now in found.items() if known.get(name) and not now]
    return {
        name: way_out.CLOSED if name == WAY_OUT else ports.shut(int(name), "from its containers")
        for name in lost
    }
