"""What the commands show a person: status and history as text."""

from datetime import datetime
from typing import Any

from ..releases.history import Entry
from ..services import probe

GIB = 1024**3


UNKNOWN = "unknown"  # then a line for attention says why


def status(found: dict[str, Any]) -> str:
    """One screen."""
    lines = [
        ("release", found["release"] or "none"),
        ("site", _site(found["site"])),
        ("certificate", _certificate(found["certificate"])),
        ("jobs", _queues(found["queues"])),
        ("disk", _share(found["disk"])),
        ("memory", _share(found["memory"])),
    ]
    if found["switch"]:
        lines.insert(1, ("under way", found["switch"]))
    if found["containers"] is None:
        lines.append(("containers", UNKNOWN))
    lines += [(container["name"], container["status"]) for container in found["containers"] or []]
    for one in found["attention"]:
        lines += [("ATTENTION", one["text"]), ("    to do", one["remedy"])]
    if not found["attention"]:
        lines.append(("attention", "nothing"))
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in lines)


def _site(answers: bool | None) -> str:
    return {None: UNKNOWN, True: "answers", False: "does not answer as it should"}[answers]


def _certificate(found: dict[str, Any] | None) -> str:
    if found is None:
        return UNKNOWN
    return (
        f"until {found['ends'][:16].replace('T', ' ')} UTC, {found['days']} of"
        f" {found['lifetime']} days left, {found['source']}, for {', '.join(found['names'])}"
    )


def _queues(found: dict[str, Any] | None) -> str:
    if found is None:
        return UNKNOWN
    if not found:
        return "none: this application has no Redis"
    names = ("queued", "started", "scheduled", "deferred", "failed", "workers")
    others = [f"{count} in {name}" for name, count in found.get("others", {}).items()]
    return ", ".join([*(f"{found[name]} {name}" for name in names), *others])


def _share(found: dict[str, int] | None) -> str:
    if found is None:
        return UNKNOWN
    share = 100 * found["used"] / found["total"]
    return f"{found['used'] / GIB:.1f} of {found['total'] / GIB:.1f} GiB ({share:.0f} %)"


def history(entries: list[Entry]) -> str:
    """A line for each switch, the newest first."""
    if not entries:
        return "no release yet"
    return "\n".join(map(_entry, reversed(entries)))


def _entry(entry: Entry) -> str:
    began = datetime.fromtimestamp(entry.began).astimezone()
    words = [
        f"{began:%Y-%m-%d %H:%M:%S}",
        f"{entry.kind:<8}",
        entry.release,
        f"{entry.result:<11}",
        f"{sum(entry.stages.values()):5.1f} s",
        f"by {entry.by or 'root'}",
    ]
    if entry.revision:
        words.append(f"from {entry.revision}")
    if entry.probe:
        words.append(probe.described(entry.probe))
    stages = ", ".join(f"{name} {took:.1f}" for name, took in entry.stages.items() if took >= 0.1)
    return "\n    ".join(line for line in ("  ".join(words), entry.reason, stages) if line)
