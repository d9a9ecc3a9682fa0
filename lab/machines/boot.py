"""Starting and stopping a host, and waiting for it."""

import re
import signal
import sys
import time
from dataclasses import replace as changed
from pathlib import Path

from lab import processes, records
from lab.disk import ssh
from lab.machines import supervisor
from lab.paths import Clone
from lab.progress import LabError, stage
from lab.records import Host
from lab.surroundings import surroundings

LIMIT = 90  # seconds; a boot takes two
SYSTEMD = Path("/run/systemd/system").is_dir()  # else this machine is a container or the like


def cgroup_v1() -> bool:
    """Say whether this machine's controllers are still of the first version."""
    return not re.search(r" /sys/fs/cgroup cgroup2 ", Path("/proc/mounts").read_text())


def pid_file(clone: Clone, name: str) -> Path:
    """Name the pid file of a host's supervisor."""
    return clone.state / "hosts" / f"{name}.pid"


def is_running(clone: Clone, name: str) -> bool:
    """Say whether a host's supervisor is there."""
    return processes.running(pid_file(clone, name)) is not None


def start(clone: Clone, host: Host) -> None:
    """Boot a host that has a disk; only under the clone's lock."""
    records.write(clone, changed(host, started=time.time()))
    surroundings.announce(clone)
    ssh.forget_connection(clone, host.name)
    machine = f"{clone.bridge}-{host.name}"
    command = (sys.executable, "-B", str(supervisor.__file__), machine, *nspawn(clone, host))
    log = clone.state / "hosts" / f"{host.name}.console"
    log.unlink(missing_ok=True)
    processes.start(command, pid_file(clone, host.name), log, {})


def nspawn(clone: Clone, host: Host) -> list[str]:
    """Write the command that boots a host."""
    command = [
        *("setpriv", "--pdeathsig", "KILL"),  # a host without its supervisor would be nobody's
        *("systemd-nspawn", "--quiet", "--boot", "--settings=no"),
        f"--directory={clone.disk / 'hosts' / host.name}",
        f"--machine={clone.bridge}-{host.name}",
        f"--hostname={host.name}",
        f"--network-bridge={clone.bridge}",
        *("--register=no", "--console=read-only", "--link-journal=no"),
        *("--resolv-conf=off", "--timezone=off"),
        # All but the clock, which is this machine's: a host's `timedatectl set-timezone` moved it.
        *("--capability=all", "--drop-capability=CAP_SYS_TIME"),
        "--system-call-filter=add_key keyctl bpf @mount",
    ]
    if not SYSTEMD:
        command.append("--keep-unit")  # there is no systemd here that could give a scope
    if cgroup_v1():
        command.append("--setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1")
    return command


def await_login(clone: Clone, name: str, old_boot: str | None = None) -> None:
    """Wait until a host's boot, other than the old one, can be logged in to."""

    def done() -> bool:
        if not is_running(clone, name):
            log = clone.state / "hosts" / f"{name}.console"
            tail = " / ".join(log.read_text(errors="replace").split("\n")[-4:])
            raise LabError(f"{name} does not run: {tail.strip()[-400:]}")
        boot = boot_id(clone, name)
        return boot is not None and boot != old_boot

    with stage(f"waiting for SSH on {name}"):
        if not processes.wait_until(done, LIMIT, 0.2):
            raise LabError(f"{name} does not answer over SSH after {LIMIT} s")


def boot_id(clone: Clone, name: str) -> str | None:
    """Ask a host which boot this is."""
    return ssh.ask(clone, name, "cat /proc/sys/kernel/random/boot_id")


def stop(clone: Clone, name: str, sig: signal.Signals) -> None:
    """Stop a host: SIGTERM for a shutdown, SIGINT for a power cut."""
    processes.stop(pid_file(clone, name), sig, supervisor.PATIENCE + 10)
    if SYSTEMD:
        return
    # After a supervisor that was killed; otherwise there is nothing left here.
    groups = supervisor.cgroups(f"{clone.bridge}-{name}")
    supervisor.remove([group for group in groups if group.exists()])
