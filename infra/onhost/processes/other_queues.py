"""The queues of Celery, Dramatiq and Huey in Redis: how many jobs wait in each.

The keys are those of Celery 5 (kombu), Dramatiq 2 and Huey 3. Delayed jobs have others.
"""

import re

from ..config import Host
from ..services.redis import command, session
from .kinds import Process


def waiting(host: Host, processes: list[Process]) -> dict[str, int]:
    """The number of waiting jobs by queue; none of RQ's. Raises OSError or ValueError."""
    keys = {name: _key(one.library, name) for one in processes for name in one.queues}
    asked = {name: key for name, key in keys.items() if key}
    if not asked:
        return {}
    with session(host, (host.layout.secrets / "redis_password").read_text()) as stream:
        return {name: _length(stream, key) for name, key in asked.items()}


def _key(library: str, queue: str) -> str:
    match library:
        case "celery":
            return queue
        case "dramatiq":
            return f"dramatiq:{queue}"
        case "huey":  # its name without what is no letter or digit
            return f"huey.redis.{re.sub('[^A-Za-z0-9]', '', queue)}"
        case _:
            return ""


def _length(stream: object, key: str) -> int:
    """Huey's queue with priorities is a sorted set; the others are lists."""
    counted = "ZCARD" if command(stream, "TYPE", key) == "zset" else "LLEN"
    return int(command(stream, counted, key))
