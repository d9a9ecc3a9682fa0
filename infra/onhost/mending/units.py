"""Mends of units, of the kernel's settings and of dockerd."""

from pathlib import Path

from .. import manifest
from ..base import apply
from ..command import run
from ..config import Host
from ..inspection import sysctls, units
from ..running import dockerd
from ..services import way_out
from . import disk


def mend(host: Host) -> None:
    """systemd has read the deploy's units and no others; those that must run do, and will."""
    wanted = manifest.load(host.layout.manifest)
    states = units.shown(host, wanted)
    changed = set()
    for name, state in states.items():
        if state["LoadState"] == "masked":
            run("systemctl", "unmask", "--quiet", name)
            run("systemctl", "unmask", "--runtime", "--quiet", name)
            changed.add(name)
        elif name.startswith(units.OURS):
            for path in units.foreign(host, name, state):
                if path.exists() and path != Path("/"):
                    disk.put_aside(host, path)
                changed.add(name)
    if changed or any(state["NeedDaemonReload"] == "yes" for state in states.values()):
        run("systemctl", "daemon-reload")
    timers = [name for name in changed if name.endswith(".timer")]
    if timers:
        run("systemctl", "restart", *timers)
    for name, state in units.shown(host, wanted).items():
        if units.must_run(host, wanted, name):
            _run(name, state)


def _run(name: str, state: dict[str, str]) -> None:
    if state["UnitFileState"] not in {"enabled", ""}:
        run("systemctl", "enable", "--quiet", name)
    if state["ActiveState"] not in units.RUNS:
        run("systemctl", "start", name)


def kernel(host: Host) -> None:
    """The kernel has Slipway's settings."""
    if list(sysctls.differences(host)):
        run(apply.SYSCTL, host.layout.sysctl)


def docker(host: Host) -> None:
    """dockerd runs as its file says, and gives containers their way out.

    It takes what it can without a restart.

    So it keeps containers alive by the time that it is restarted for the rest.
    """
    if list(dockerd.differences(host)):
        run("systemctl", "reload", "docker")
    if list(dockerd.differences(host)):
        run("systemctl", "restart", "docker")
    way_out.mend()
