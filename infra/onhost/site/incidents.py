"""What befell containers: killed by the kernel for lack of memory, or ended by themselves.

Docker starts them again at once, and then nothing shows it any more: so its events are read, and
what they say is kept for a day.
"""

import time
from typing import Any

from .. import layout
from ..attention import LOG, Attention
from ..config import Host
from ..releases import release
from ..services import engine
from .ports import Problems

DAY = 86400.0
FIRST_LOOK = 300.0  # seconds that the first look after a boot reaches back
Known = dict[str, Any]
"""`until`, the moment of the last look; `told`, when which container was told to stop; `befell`."""


def noted(host: Host, known: Known, now: float) -> Known:
    """What was known before, and what has befallen containers since; what is over is left out."""
    since = known.get("until", now - FIRST_LOOK)
    told: dict[str, float] = dict(known.get("told", {}))
    befell: dict[str, dict[str, Any]] = dict(known.get("befell", {}))
    for event in engine.events(host, since, now, "kill", "die", "oom"):
        container, moment = event["Actor"]["ID"], event["timeNano"] / 1e9
        if event["Action"] == "kill":
            told[container] = moment
        elif service := _service(host, event["Actor"]["Attributes"]):
            _note(befell, told, event, service)
    projects = _projects(host)
    alive = {one["Id"] for project in projects for one in engine.containers(host, project)}
    return {
        "until": now,
        "told": {one: moment for one, moment in told.items() if moment > now - DAY},
        "befell": {
            one: what for one, what in befell.items() if one in alive and what["last"] > now - DAY
        },
    }


def _projects(host: Host) -> list[str]:
    current = release.current(host)
    return [layout.BASE_PROJECT, *([release.project(current)] if current else [])]


def _service(host: Host, labels: dict[str, str]) -> str:
    """The service of a container of the base or of the current release; empty for others."""
    ours = labels.get("com.docker.compose.project") in _projects(host)
    return labels.get("com.docker.compose.service", "") if ours else ""


def _note(
    befell: dict[str, dict[str, Any]], told: dict[str, float], event: Any, service: str
) -> None:
    """Adds an event. To end when told so, or with 0, is what a container may do."""
    container, labels = event["Actor"]["ID"], event["Actor"]["Attributes"]
    memory = event["Action"] == "oom"
    if not memory and (told.pop(container, 0) or labels.get("exitCode") == "0"):
        return
    what = befell.setdefault(
        container, {"name": labels["name"], "service": service, "memory": 0, "ended": 0, "code": ""}
    )
    what["memory" if memory else "ended"] += 1
    what["code"] = labels.get("exitCode", what["code"])
    what["last"] = event["timeNano"] / 1e9


def problems(known: Known) -> Problems:
    """What to say of what befell, by a key for each container."""
    return {
        f"container {container}": _said(what) for container, what in known.get("befell", {}).items()
    }


def _said(what: dict[str, Any]) -> Attention:
    name, last = what["name"], f"last at {time.strftime('%H:%M', time.gmtime(what['last']))} UTC"
    if what["memory"]:
        return Attention(
            f"{name} ran out of memory {_times(what['memory'])}, {last}: the kernel killed a"
            " process in it",
            f"raise {what['service']}.memory in the settings and deploy, or have it need less",
        )
    return Attention(
        f"{name} ended by itself {_times(what['ended'])}, {last}, with exit code {what['code']}",
        f"{LOG.format(container=name)} says why; this line goes a day after the last time",
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
