"""What it costs users that the container of nginx or of Redis is made anew."""

import contextlib
from collections.abc import Iterator

from .. import layout
from ..command import replace, say
from ..config import HostConfig
from ..services import probe, redis

LAST = layout.APPLIED / "base-cost"  # the lines of the last change, for the operator to read


@contextlib.contextmanager
def measured(services: set[str], config: HostConfig, path: str) -> Iterator[None]:
    """Asks these services all the while, and then says and keeps what was measured.

    nginx is asked for `path`; not at all when that is empty.
    """
    probes = {}
    if "nginx" in services and path:
        probes["nginx was made anew"] = probe.of_site(config, path)
    if "redis" in services:
        probes["Redis was made anew, jobs were refused meanwhile"] = probe.Probe(_redis_answers)
    try:
        with contextlib.ExitStack() as stack:
            for asking in probes.values():
                stack.enter_context(asking)
            yield
    finally:
        lines = [f"{name}: {probe.told(p.result())}" for name, p in probes.items()]
        replace(LAST, "".join(f"{line}\n" for line in lines).encode())
        for line in lines:
            say(line)


def last() -> str:
    """What was measured last; empty when that change made no container anew."""
    return LAST.read_text().strip() if LAST.exists() else ""


def _redis_answers() -> bool:
    try:
        with redis.session("health", "none") as stream:
            return bool(redis.command(stream, "PING") == "PONG")
    except ValueError:  # it is loading its file
        return False
