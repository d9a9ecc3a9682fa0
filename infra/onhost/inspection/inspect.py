"""The inspection: every difference between what a deploy put on this host and what is there."""

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from ..command import Failure, say
from ..config import Host
from ..difference import Difference
from ..locks import locked
from ..running import containers, dockerd, images, networks, nginx_loaded, redis_running, volumes
from . import environments, files, renewal, secrets, static, sysctls, trust, units, way_out

KINDS: dict[str, Callable[[Host], Iterator[Difference]]] = {
    "files": files.differences,
    "trust": trust.differences,
    "dockerd": dockerd.differences,
    "the containers' way out": way_out.differences,
    "units": units.differences,
    "sysctls": sysctls.differences,
    "renewal": renewal.differences,
    "secrets": secrets.differences,
    "environments": environments.differences,
    "images": images.differences,
    "base": containers.of_base,
    "jobs": volumes.differences,
    "network": networks.differences,
    "redis": redis_running.differences,
    "nginx": nginx_loaded.differences,
    "release's files": files.of_release,
    "static files": static.differences,
    "release": containers.of_release,
}
BASE = ("sysctls", "base", "network", "redis", "nginx")  # what nginx and Redis run with
RELEASE = ("release's files",)  # what a deploy puts again
WAIT = 60  # seconds
THREADS = 4  # most of it waits for other programs


def differences(host: Host, kinds: Collection[str] = tuple(KINDS)) -> list[Difference]:
    """What differs, in the order of the kinds; a kind that cannot be looked at is a difference."""
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(lambda kind: _look(host, kind), kinds))
    return list(dict.fromkeys(one for some in found for one in some))


def _look(host: Host, kind: str) -> list[Difference]:
    try:
        return list(KINDS[kind](host))
    except Exception as error:  # noqa: BLE001  one that is broken hides no other
        why = " ".join(str(error).split())
        told = why if isinstance(error, Failure | OSError) else f"{type(error).__name__}: {why}"
        return [Difference(f"inspection of {kind}:", told)]


def data(found: list[Difference]) -> dict[str, Any]:
    """For programs."""
    return {"differences": [asdict(one) for one in found]}


def _busy(host: Host) -> bool:
    return locked(host.layout.lock) or locked(host.layout.deploy_lock)


def check(host: Host) -> None:
    """Says that nothing differs. Raises Failure with a line for each difference.

    While a deploy or a switch is under way it looks at nothing; the watchdog it waits for.
    """
    deadline = time.monotonic() + WAIT
    while (busy := _busy(host)) and time.monotonic() < deadline:
        time.sleep(1)
    if busy:
        say("this host is being changed: it is looked at later")
        return
    if found := differences(host):
        lines = [f"{one}: {one.remedy}" for one in found]
        raise Failure("\n  ".join([f"{len(found)} differences from the last deploy:", *lines]))
    say("all is as the last deploy put it")
