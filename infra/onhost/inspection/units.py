"""Units: systemd has read the deploy's text and no other, runs them, and starts them again."""

from collections.abc import Iterator
from pathlib import Path

from .. import layout, manifest
from ..command import run
from ..config import Host
from ..difference import DEPLOY, Difference
from ..releases import release

PROPERTIES = "LoadState,ActiveState,UnitFileState,NeedDaemonReload,DropInPaths,FragmentPath"
INSTANCE = "inspection"  # of a template that has none
OURS = "slipway"  # how the directories of drop-ins begin that are for our units alone
RUNS = {"active", "activating", "reloading"}


def differences(host: Host) -> Iterator[Difference]:
    """What systemd has loaded that the deploy did not put, and what is down or would not start."""
    wanted = manifest.load(host.layout.manifest)
    states = shown(host, wanted)
    for name, state in states.items():
        if state["LoadState"] not in {"loaded", "masked"}:
            yield Difference(name, "is not known to systemd")
            continue
        yield from _text(host, name, state)
        if must_run(host, wanted, name):
            yield from _state(name, state)


def _text(host: Host, name: str, state: dict[str, str]) -> Iterator[Difference]:
    if state["LoadState"] == "masked":
        others = f"systemctl unmask {name}, then deploy"
        yield Difference(name, "is masked", DEPLOY if name.startswith(OURS) else others)
        return
    if not name.startswith(OURS):
        return
    if state["NeedDaemonReload"] == "yes":
        yield Difference(name, "has changed, and systemd has not read it")
    for path in foreign(host, name, state):
        yield Difference(name, f"is changed by {path}")


def _state(name: str, state: dict[str, str]) -> Iterator[Difference]:
    if state["UnitFileState"] not in {"enabled", ""} and state["LoadState"] != "masked":
        yield Difference(name, f"does not start with the host: it is {state['UnitFileState']}")
    if state["ActiveState"] not in RUNS:
        yield Difference(name, f"does not run: it is {state['ActiveState']}")


def foreign(host: Host, name: str, state: dict[str, str]) -> list[Path]:
    """The files that change this unit of ours and were not put by a deploy."""
    drop_ins = [Path(path) for path in state["DropInPaths"].split()]
    found = [path for path in drop_ins if path.parent.name.startswith(OURS)]
    fragment = Path(state["FragmentPath"] or "/")
    if fragment != host.layout.units / _template(name):
        found.append(fragment)
    return found


def _template(name: str) -> str:
    stem, _, kind = name.rpartition(".")
    prefix, at, _ = stem.partition("@")
    return f"{prefix}{at}.{kind}"


def must_run(host: Host, wanted: manifest.Manifest, name: str) -> bool:
    """Whether a unit runs and starts with the host."""
    current = release.current(host)
    return name in wanted.enabled or (bool(current) and name == release.unit(current))


def names(host: Host, wanted: manifest.Manifest) -> list[str]:
    """Our units, an instance for a template, and those of others that must run."""
    folder = str(host.layout.units)
    ours = [Path(path).name for path in wanted.files if str(Path(path).parent) == folder]
    instances = {layout.RELEASE_UNIT.format(release=""): release.current(host) or INSTANCE}
    found = [name.replace("@", f"@{instances.get(name, INSTANCE)}") for name in ours]
    return [*found, *(name for name in wanted.enabled if name not in found)]


def shown(host: Host, wanted: manifest.Manifest) -> dict[str, dict[str, str]]:
    """What systemd says of each unit."""
    listed = names(host, wanted)
    text = run("systemctl", "show", f"--property={PROPERTIES}", "--", *listed)
    blocks = map(_properties, text.strip().split("\n\n"))
    return dict(zip(listed, blocks, strict=True))


def _properties(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
