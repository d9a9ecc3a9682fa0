"""The downtime of nginx or of Redis while its container is replaced, as it was measured."""

import contextlib
from collections.abc import Iterator
from functools import partial

from ..command import replace, say
from ..config import Host
from ..services import probe, redis


@contextlib.contextmanager
def measured(host: Host, services: set[str], path: str) -> Iterator[None]:
    """Asks these services all the while; then prints and keeps the downtime of each.

    nginx is asked for `path`; not at all when that is empty.
    """
    probes = {}
    if "nginx" in services and path:
        probes["nginx was replaced"] = probe.of_site(host, path)
    if "redis" in services:
        probes["Redis was replaced, and new jobs were refused during the gap"] = probe.Probe(
            partial(_redis_answers, host)
        )
    try:
        with contextlib.ExitStack() as stack:
            for asking in probes.values():
                stack.enter_context(asking)
            yield
    finally:
        lines = [f"{name}: {probe.described(p.result())}" for name, p in probes.items()]
        replace(host.layout.base_downtime, "".join(f"{line}\n" for line in lines).encode())
        for line in lines:
            say(line)


def last(host: Host) -> str:
    """The downtime of the last change; empty when that change replaced no container."""
    file = host.layout.base_downtime
    return file.read_text().strip() if file.exists() else ""


def _redis_answers(host: Host) -> bool:
    try:
        with redis.session(host, "health", "none") as stream:
            return bool(redis.command(stream, "PING") == "PONG")
    except ValueError:  # it is loading its file
        return False
