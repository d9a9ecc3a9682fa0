"""What a person should look at, of all that `slipway status` found."""

from typing import Any

from ..releases import history

FULL = 0.9  # of the disk
REDIS_FULL = 0.7  # of its memory; at all of it jobs are refused
SERVICES = ("nginx", "redis", "web", "worker")


def warnings(found: dict[str, Any]) -> list[str]:
    """What a person should look at of the parts that could be had, in a line each."""
    said = []
    if not found["release"]:
        said.append("no release is live")
    if found["maintenance"] == "on":
        said.append("maintenance is on: visitors get 503")
    said += [
        f"{container['name']} is {container['health'] or container['state']}"
        for container in found["containers"] or []
        if (container["health"] or container["state"]) not in {"healthy", "running"}
    ]
    said += _missing(found["containers"]) if found["release"] else []
    if found["certificate"] and found["certificate"]["problem"]:
        said.append("the certificate: " + found["certificate"]["problem"])
    if found["disk"] and found["disk"]["used"] > FULL * found["disk"]["total"]:
        said.append("the disk is nearly full")
    said += _queue_lines(found["queues"] or {})
    said += [f"a unit has failed: {line.split()[0]}" for line in found["units"] or []]
    last = found["last"] or {}
    if last.get("result") in {history.REFUSED, history.INTERRUPTED}:
        said.append(f"the last release, {last['release']}, was {last['result']}")
    return said


def _missing(found: list[dict[str, str]] | None) -> list[str]:
    """The services without a container; none when the containers could not be had."""
    names = [container["name"] for container in found or []]
    return [
        f"there is no container of {service}"
        for service in SERVICES
        if found is not None and not any(f"-{service}-" in name for name in names)
    ]


def _queue_lines(queue: dict[str, Any]) -> list[str]:
    lines = []
    if queue.get("failed"):
        lines.append(f"{queue['failed']} jobs have failed")
    for name, count in queue.get("unserved", {}).items():
        lines.append(f"{count} jobs wait in the queue {name}, but no worker reads it")
    if queue.get("memory_limit") and queue["memory"] > REDIS_FULL * queue["memory_limit"]:
        lines.append("Redis is nearly full: at its limit jobs are refused")
    return lines
