"""One look at everything: release, containers, certificate, jobs, disk, memory, what is amiss."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import layout
from ..base import maintenance
from ..certificates import certificate, store
from ..command import Failure, locked, run
from ..config import HostConfig
from ..releases import history, release
from ..services import docker, openssl, redis
from . import warn

LIMIT = 10  # seconds that another program may take to answer


class Look:
    """A look at parts of which any may be broken; `unknown` has a line for each that is."""

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def at(self, part: str, found: Callable[[], Any]) -> Any:
        """What is found of a part; None when that cannot be had, whatever the reason."""
        try:
            return found()
        except Exception as error:  # noqa: BLE001  the rest is wanted most when a part is broken
            why = " ".join(str(error).split())
            expected = isinstance(error, Failure | OSError)
            self.unknown.append(f"{part}: {why if expected else f'{type(error).__name__}: {why}'}")
            return None


def status(config: HostConfig) -> dict[str, Any]:
    """The state of the host as data; `attention` lists what a person should look at.

    A part that cannot be had is None, and one line of `attention` says why.
    """
    look = Look()
    current = release.current()
    found: dict[str, Any] = {
        "release": current,
        "switch": look.at("what is under way", _under_way),
        "maintenance": look.at("maintenance", lambda: maintenance.state()["maintenance"]),
        "containers": look.at("the containers", lambda: docker.listed(current, LIMIT)),
        "certificate": _certificate(look, config),
        "queues": look.at("the jobs", lambda: redis.state(config)),
        "disk": look.at("the disk", _disk),
        "memory": look.at("the memory", _memory),
        "units": look.at("the units", _failed_units),
        "last": look.at("the history", _last),
    }
    found["attention"] = look.unknown + warn.lines(found)
    return found


def _under_way() -> str:
    """Who changes the host, and in which stage a switch is; empty when nobody does."""
    if locked():
        last = history.read()[-1:]
        stage = "".join(f", in the stage {entry.now!r}" for entry in last if entry.now)
        return layout.LOCK.read_text().strip() + stage
    return layout.DEPLOY_LOCK.read_text().strip() if locked(layout.DEPLOY_LOCK) else ""


def _certificate(look: Look, config: HostConfig) -> dict[str, Any] | None:
    """What nginx reads, and whether all stands well with it: one may be had without the other."""
    shown = look.at("the certificate", lambda: openssl.read(store.chain(config.domain)))
    facts = look.at("the certificate's state", lambda: certificate.state(config))
    if shown is None:
        return None
    wrong = [name for name, right in (facts or {}).items() if not right]
    return {
        "source": store.about(config.domain).source,
        "names": config.names,
        "ends": shown.ends.isoformat(),
        "days": round((shown.ends - datetime.now(UTC)).total_seconds() / 86400, 1),
        "lifetime": round(shown.lifetime.total_seconds() / 86400, 1),
        "fine": None if facts is None else not wrong,
        "problem": f"not {', not '.join(wrong)}: slipway certificate-renew says why"
        if wrong
        else "",
    }


def _disk() -> dict[str, int]:
    disk = shutil.disk_usage(layout.STATE)
    return {"used": disk.used, "total": disk.total}


def _memory() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    sizes = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
    return {"used": sizes["MemTotal"] - sizes["MemAvailable"], "total": sizes["MemTotal"]}


def _failed_units() -> list[str]:
    words = ("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return run(*words, timeout=LIMIT).splitlines()


def _last() -> dict[str, str]:
    last = history.read()[-1:]
    return {"release": last[0].release, "result": last[0].result} if last else {}
