"""One look at everything: release, containers, certificate, jobs, disk, memory, what is amiss."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..attention import Attention
from ..base import maintenance
from ..certificates import certificate, store
from ..command import Failure, run
from ..config import Host
from ..difference import Difference
from ..inspection import inspect
from ..locks import locked
from ..processes import other_queues
from ..processes.kinds import LASTING, QUEUE
from ..releases import history, release
from ..services import docker, openssl, redis
from ..site import serves, watch
from . import warn, watched

LIMIT = 10  # seconds that another program may take to answer
# What to do about a part that cannot be had.
REMEDIES = {
    "the containers": "systemctl status docker shows the reason; then: systemctl restart docker",
    "the certificate": "deploy: it installs a missing certificate",
    "the certificate's state": "run slipway certificate-renew: it shows the reason",
    "the jobs": "docker logs --tail 50 slipway-base-redis-1 shows the reason; then deploy",
    "the units": "run systemctl status: if it does not answer, reboot the host",
}
OTHERS = "deploy: it corrects what it can, and shows the rest"


class Parts:
    """The parts of a status, any of which may fail; `unknown` tells of each that did."""

    def __init__(self) -> None:
        self.unknown: list[Attention] = []

    def collect(self, part: str, ask: Callable[[], Any]) -> Any:
        """The answer about a part; None when there is none, whatever the reason."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001  a status matters most when a part is broken
            why = " ".join(str(error).split())
            expected = isinstance(error, Failure | OSError)
            text = f"{part}: {why if expected else f'{type(error).__name__}: {why}'}"
            self.unknown.append(Attention(text, REMEDIES.get(part, OTHERS)))
            return None


def status(host: Host) -> dict[str, Any]:
    """The state of the host as data; `attention` lists what a person should look at, and do.

    A part that cannot be had is None, and one entry of `attention` says why.
    """
    parts = Parts()
    current = release.current(host)
    found: dict[str, Any] = {
        "release": current,
        "switch": parts.collect("the change under way", lambda: _under_way(host)),
        "maintenance": parts.collect("maintenance", lambda: maintenance.state(host)["maintenance"]),
        "containers": parts.collect("the containers", lambda: docker.listed(current, LIMIT)),
        "processes": parts.collect("the processes", lambda: _processes(host, current)),
        "certificate": _certificate(host, parts),
        "queues": parts.collect("the jobs", lambda: _queues(host)),
        "disk": parts.collect("the disk", lambda: _disk(host)),
        "memory": parts.collect("the memory", _memory),
        "units": parts.collect("the units", _failed_units),
        "watchdog": parts.collect("the watchdog", lambda: watched.state(host)),
        "last": parts.collect("the history", lambda: _last(host)),
    }
    site = parts.collect("the site", lambda: serves.problems(host)) if current else {}
    found["site"] = None if site is None else bool(current and not site)
    others = parts.collect("the disks and containers", lambda: watch.others(host)) or {}
    said = [*parts.unknown, *(site or {}).values(), *others.values(), *warn.warnings(found)]
    said += [Attention(str(one), one.remedy) for one in _differences(host)]
    said += watched.warnings(found["watchdog"])
    found["attention"] = [one._asdict() for one in said]
    return found


def _queues(host: Host) -> dict[str, Any]:
    """The state of Redis and its queues; nothing without Redis."""
    if not host.config.redis:
        return {}
    live = release.current(host)
    known = release.processes_of(host, live, QUEUE) if live else []
    return redis.state(host) | {"others": other_queues.waiting(host, known)}


def _processes(host: Host, current: str) -> list[str]:
    """Redis, and the processes of the current release that have containers."""
    base = ["redis"] if host.config.redis else []
    known = release.processes_of(host, current) if current else []
    return [*base, *(one.name for one in known if one.kind in LASTING)] if current else []


def _differences(host: Host) -> list[Difference]:
    """What differs from the last deploy; nothing while that or a switch is under way."""
    if locked(host.layout.lock) or locked(host.layout.deploy_lock):
        return []
    return inspect.differences(host)


def _under_way(host: Host) -> str:
    """Who changes the host, and in which stage a switch is; empty when nobody does."""
    if locked(host.layout.lock):
        last = history.read(host)[-1:]
        stage = "".join(f", in the stage {entry.now!r}" for entry in last if entry.now)
        return host.layout.lock.read_text().strip() + stage
    deploy = host.layout.deploy_lock
    return deploy.read_text().strip() if locked(deploy) else ""


def _certificate(host: Host, parts: Parts) -> dict[str, Any] | None:
    """What nginx reads, and whether all stands well with it: one may be had without the other."""
    chain = store.chain(host, host.config.domain)
    shown = parts.collect("the certificate", lambda: openssl.read(chain))
    facts = parts.collect("the certificate's state", lambda: certificate.state(host))
    if shown is None:
        return None
    wrong = [name for name, right in (facts or {}).items() if not right]
    problem = f"not {', not '.join(wrong)}" if wrong else ""
    return {
        "source": store.record(host, host.config.domain).source,
        "names": host.config.names,
        "ends": shown.ends.isoformat(),
        "days": round((shown.ends - datetime.now(UTC)).total_seconds() / 86400, 1),
        "lifetime": round(shown.lifetime.total_seconds() / 86400, 1),
        "fine": None if facts is None else not wrong,
        "problem": problem,
    }


def _disk(host: Host) -> dict[str, int]:
    disk = shutil.disk_usage(host.layout.state)
    return {"used": disk.used, "total": disk.total}


def _memory() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    sizes = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
    return {"used": sizes["MemTotal"] - sizes["MemAvailable"], "total": sizes["MemTotal"]}


def _failed_units() -> list[str]:
    words = ("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return run(*words, timeout=LIMIT).splitlines()


def _last(host: Host) -> dict[str, str]:
    last = history.read(host)[-1:]
    return {"release": last[0].release, "result": last[0].result} if last else {}
