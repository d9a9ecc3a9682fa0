"""What the lab knows about a clone's hosts between two commands."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

from lab import network
from lab.paths import STATE, Clone, locked, replace
from lab.progress import LabError


@dataclass(frozen=True)
class Host:
    """A host that exists, running or stopped."""

    name: str
    address: str
    domain: str
    host_key: str
    started: float


def folder(clone: Clone, kind: str) -> Path:
    """Name the folder of the records of one kind: hosts or saved."""
    return clone.state / kind


def hosts(clone: Clone) -> list[Host]:
    """List the clone's hosts, the latest start first: the order in which names are given."""
    found = [Host(**json.loads(p.read_text())) for p in folder(clone, "hosts").glob("[!.]*.json")]
    return sorted(found, key=lambda host: host.started, reverse=True)


def find(clone: Clone, name: str) -> Host | None:
    """Look a host up by its name."""
    return next((host for host in hosts(clone) if host.name == name), None)


def existing(clone: Clone, name: str) -> Host:
    """Look up a host that must be there."""
    host = find(clone, name)
    if not host:
        raise LabError(f"there is no host {name}: `bin/lab up {name}` makes it")
    return host


def write(clone: Clone, host: Host) -> None:
    """Keep a host's record."""
    put(folder(clone, "hosts") / f"{host.name}.json", asdict(host))


def forget(clone: Clone, name: str) -> None:
    """Drop a host's record: from here on the host is gone."""
    (folder(clone, "hosts") / f"{name}.json").unlink(missing_ok=True)


@dataclass(frozen=True)
class Saved:
    """A copy of a host's disk, to make others from."""

    name: str
    domain: str
    made: str  # as ISO 8601 has it, of UTC


def saved(clone: Clone) -> dict[str, Saved]:
    """List the saved hosts by name."""
    found = {}
    for path in sorted(folder(clone, "saved").glob("[!.]*.json")):
        record = json.loads(path.read_text())
        found[path.stem] = Saved(path.stem, record["domain"], record.get("made", "-"))
    return found


def write_saved(clone: Clone, name: str, domain: str) -> None:
    """Keep a saved host's record."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    put(folder(clone, "saved") / f"{name}.json", asdict(Saved(name, domain, made)))


def forget_saved(clone: Clone, name: str) -> None:
    """Drop a saved host's record."""
    (folder(clone, "saved") / f"{name}.json").unlink(missing_ok=True)


def subnet(clone: Clone) -> IPv4Network:
    """Give the clone's subnet, chosen once and beside those of all other clones."""
    file = clone.state / "clone.json"
    if file.exists():
        return IPv4Network(json.loads(file.read_text())["subnet"])
    with locked("subnets"):
        others = [IPv4Network(json.loads(p.read_text())["subnet"]) for p in clone_files()]
        chosen = network.choose_subnet([*network.routed(), *others])
        put(file, {"checkout": str(clone.checkout), "subnet": str(chosen)})
    return chosen


def clones() -> list[Clone]:
    """List the clones that have state on this machine."""
    return [Clone(Path(json.loads(path.read_text())["checkout"])) for path in clone_files()]


def clone_files() -> list[Path]:
    """List the files that say which checkout a state folder belongs to."""
    return sorted(STATE.glob("*/clone.json"))


def next_address(clone: Clone) -> str:
    """Choose a new host's address, and remember it as the last one given."""
    file = clone.state / "last-address"
    last = file.read_text().strip() if file.exists() else None
    address = network.choose_address(subnet(clone), [h.address for h in hosts(clone)], last)
    replace(file, f"{address}\n")
    return address


def put(path: Path, record: dict[str, object] | dict[str, str]) -> None:
    """Write a record whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, json.dumps(record) + "\n")
