"""What a person should look at, of all that `slipway status` found, and what to do about it."""

from typing import Any

from .. import layout
from ..attention import LOG, Attention
from ..releases import history

REDIS_FULL = 0.7  # of its memory; at all of it jobs are refused
SERVICES = ("nginx", "web")

NO_RELEASE = Attention("no release is live", "deploy: the last lines of a deploy show the reason")
CLOSED = Attention(
    "maintenance is on: visitors get 503",
    "open the site again: pyinfra inventory.py maintenance.py --data maintenance=off",
)
MEMORY_FULL = Attention(
    "Redis is nearly full: when it is full, new jobs are refused",
    "raise redis.memory and deploy, or delete old failed jobs and results",
)


def warnings(found: dict[str, Any]) -> list[Attention]:
    """What a person should look at of the parts that could be had."""
    said = []
    if not found["release"]:
        said.append(NO_RELEASE)
    if found["maintenance"] == "on":
        said.append(CLOSED)
    said += [
        _not_well(container)
        for container in found["containers"] or []
        if (container["health"] or container["state"]) not in {"healthy", "running"}
    ]
    said += _missing(found["containers"], found["processes"] or []) if found["release"] else []
    if found["certificate"] and found["certificate"]["problem"]:
        text = "the certificate: " + found["certificate"]["problem"]
        said.append(
            Attention(text, "run slipway certificate-renew: it corrects this or shows the reason")
        )
    said += _queue_lines(found["queues"] or {})
    said += [_failed(line.split()[0]) for line in found["units"] or []]
    said += _refused(found["last"] or {})
    return said


def _not_well(container: dict[str, str]) -> Attention:
    name, state = container["name"], container["health"] or container["state"]
    log = LOG.format(container=name)
    if state == "starting":
        return Attention(f"{name} is starting", f"wait a minute; if it is still starting: {log}")
    remedy = f"{log} shows the reason; correct it, and deploy"
    if state == "paused":
        remedy = f"docker unpause {name}"
    return Attention(f"{name} is {state}", remedy)


def _missing(found: list[dict[str, str]] | None, processes: list[str]) -> list[Attention]:
    """The services without a container; none when the containers could not be had."""
    names = [container["name"] for container in found or []]
    remedy = (
        f"deploy: it starts one; journalctl -u {layout.WATCHDOG_UNIT} shows what the watchdog tried"
    )
    return [
        Attention(f"there is no container of {service}", remedy)
        for service in (*SERVICES, *processes)
        if found is not None and not any(f"-{service}-" in name for name in names)
    ]


def _queue_lines(queue: dict[str, Any]) -> list[Attention]:
    lines = []
    if queue.get("failed"):
        text = f"{queue['failed']} jobs have failed"
        remedy = (
            "see the reason in RQ's dashboard or the worker's log; run the jobs again,"
            " or delete them"
        )
        lines.append(Attention(text, remedy))
    for name, count in queue.get("unserved", {}).items():
        text = f"{count} jobs wait in the queue {name}, but no worker reads it"
        remedy = (
            f"add {name} to the queues of a process in the settings and deploy, or let the"
            " application use the queue in QUEUE"
        )
        lines.append(Attention(text, remedy))
    if queue.get("memory_limit") and queue["memory"] > REDIS_FULL * queue["memory_limit"]:
        lines.append(MEMORY_FULL)
    return lines


def _failed(unit: str) -> Attention:
    remedy = (
        f"journalctl -u {unit} -n 50 shows the reason; correct it; then: systemctl restart {unit}"
    )
    return Attention(f"a unit has failed: {unit}", remedy)


def _refused(last: dict[str, str]) -> list[Attention]:
    if last.get("result") not in {history.REFUSED, history.INTERRUPTED}:
        return []
    text = f"the last release, {last['release']}, was {last['result']}"
    return [Attention(text, "slipway history shows the reason; correct it, and deploy")]
