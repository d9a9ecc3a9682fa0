"""One look at everything: release, containers, certificate, jobs, disk, memory, what is amiss."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import (
    certificate,
    containers,
    history,
    installed,
    layout,
    maintenance,
    queues,
    release,
    x509,
)
from .command import Failure, locked, run
from .config import HostConfig

FULL = 0.9  # of the disk
REDIS_FULL = 0.7  # of its memory; at all of it jobs are refused


def status(config: HostConfig) -> dict[str, Any]:
    """The state of the host as data; `attention` lists what a person should look at."""
    disk = shutil.disk_usage(layout.STATE)
    found: dict[str, Any] = {
        "release": release.current(),
        "switch": layout.LOCK.read_text().strip() if locked() else "",
        "maintenance": maintenance.state()["maintenance"],
        "containers": containers.listed(release.current()),
        "certificate": _certificate(config),
        "queues": _queues(config),
        "disk": {"used": disk.used, "total": disk.total},
        "memory": _memory(),
        "units": run("systemctl", "list-units", "--failed", "--plain", "--no-legend").splitlines(),
    }
    last = history.read()[-1:]
    found["last"] = {"release": last[0].release, "result": last[0].result} if last else {}
    found["attention"] = attention(found)
    return found


def attention(found: dict[str, Any]) -> list[str]:
    """What a person should look at, in a line each."""
    lines = []
    if not found["release"]:
        lines.append("no release is live")
    if found["maintenance"] == "on":
        lines.append("maintenance is on: visitors get 503")
    lines += [
        f"{container['name']} is {container['health'] or container['state']}"
        for container in found["containers"]
        if (container["health"] or container["state"]) not in {"healthy", "running"}
    ]
    if not found["certificate"].get("fine"):
        lines.append("the certificate: " + found["certificate"]["problem"])
    if found["disk"]["used"] > FULL * found["disk"]["total"]:
        lines.append("the disk is nearly full")
    lines += _queue_lines(found["queues"])
    lines += [f"a unit has failed: {line.split()[0]}" for line in found["units"]]
    if found["last"].get("result") in {history.REFUSED, history.INTERRUPTED}:
        lines.append(f"the last release, {found['last']['release']}, was {found['last']['result']}")
    return lines


def _queue_lines(queue: dict[str, Any]) -> list[str]:
    if "problem" in queue:
        return [queue["problem"]]
    lines = []
    if queue["failed"]:
        lines.append(f"{queue['failed']} jobs have failed")
    if queue["memory_limit"] and queue["memory"] > REDIS_FULL * queue["memory_limit"]:
        lines.append("Redis is nearly full: at its limit jobs are refused")
    return lines


def _queues(config: HostConfig) -> dict[str, Any]:
    try:
        return queues.state(config)
    except Failure as failure:
        return {"problem": str(failure)}


def _certificate(config: HostConfig) -> dict[str, Any]:
    try:
        facts = certificate.state(config)
        shown = x509.read(installed.chain(config.domain))
    except Failure as failure:
        return {"fine": False, "problem": str(failure)}
    wrong = [name for name, right in facts.items() if not right]
    return {
        "source": installed.about(config.domain).source,
        "names": config.names,
        "ends": shown.ends.isoformat(),
        "days": round((shown.ends - datetime.now(UTC)).total_seconds() / 86400, 1),
        "lifetime": round(shown.lifetime.total_seconds() / 86400, 1),
        "fine": not wrong,
        "problem": f"not {', not '.join(wrong)}: slipway certificate-renew says why"
        if wrong
        else "",
    }


def _memory() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    sizes = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
    return {"used": sizes["MemTotal"] - sizes["MemAvailable"], "total": sizes["MemTotal"]}
