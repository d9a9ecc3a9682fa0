"""The life of a host: up, down, reboot, save."""

import re
import signal
import sys
import time
from dataclasses import replace as changed
from pathlib import Path

from tests.lab import dns, guest, processes, records, ssh, storage, supervisor, surroundings
from tests.lab.paths import Clone, locked, replace
from tests.lab.progress import LabError, say, stage
from tests.lab.records import Host

BOOT = 90  # seconds; a boot takes five


def cgroup_v1() -> bool:
    """Say whether this machine's controllers are still of the first version."""
    return not re.search(r" /sys/fs/cgroup cgroup2 ", Path("/proc/mounts").read_text())


def pid_file(clone: Clone, name: str) -> Path:
    """Name the pid file of a host's supervisor."""
    return clone.state / "hosts" / f"{name}.pid"


def is_running(clone: Clone, name: str) -> bool:
    """Say whether a host's supervisor is there."""
    return processes.running(pid_file(clone, name)) is not None


def up(clone: Clone, name: str, saved: str | None) -> None:
    """Make a host or start it again, and wait until it can be logged in to."""
    with locked(f"{clone.id}-{name}"):
        with locked(clone.id):
            surroundings.ready(clone)
            host = records.find(clone, name)
            if host and is_running(clone, name):
                say(f"{name} is running already at {host.address}")
            else:
                host = host or create(clone, name, saved)
                start(clone, host)
        await_login(clone, name)


def create(clone: Clone, name: str, saved: str | None) -> Host:
    """Make a host's disk and record; without the record the disk is as good as not there."""
    known = records.saved(clone)
    if saved and saved not in known:
        raise LabError(f"there is no saved host {saved}: `bin/lab list` shows what there is")
    subnet = records.subnet(clone)
    address = records.next_address(clone)
    source = clone.disk / "saved" / saved if saved else storage.base(clone)
    key = ssh.login_key(clone)

    def fill(root: Path) -> None:
        if not saved:
            guest.furnish(root, cgroup_v1=cgroup_v1())
        guest.identify(root, name, address, subnet, key)

    target = clone.disk / "hosts" / name
    storage.build(clone, fill, source, target)
    domain = known[saved] if saved else f"{name}.{dns.ZONE}"
    host = Host(name, address, domain, guest.host_key(target), time.time())
    records.write(clone, host)
    return host


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
        *("--capability=all", "--system-call-filter=add_key keyctl bpf @mount"),
    ]
    if not Path("/run/systemd/system").is_dir():
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

    if boot_id(clone, name) and not old_boot:
        return
    with stage(f"waiting until {name} can be logged in to"):
        if not processes.wait_until(done, BOOT, 0.2):
            raise LabError(f"{name} does not answer over SSH after {BOOT} s")


def boot_id(clone: Clone, name: str) -> str | None:
    """Ask a host which boot this is."""
    return ssh.ask(clone, name, "cat /proc/sys/kernel/random/boot_id")


def stop(clone: Clone, name: str, sig: signal.Signals) -> None:
    """Stop a host: SIGTERM for a shutdown, SIGINT for a power cut."""
    processes.stop(pid_file(clone, name), sig, supervisor.PATIENCE + 10)
    if Path("/run/systemd/system").is_dir():
        return
    # After a supervisor that was killed; otherwise there is nothing left here.
    groups = supervisor.cgroups(f"{clone.bridge}-{name}")
    supervisor.remove([group for group in groups if group.exists()])


def down(clone: Clone, name: str) -> None:
    """Stop and delete a host; with the last one go its surroundings."""
    with locked(f"{clone.id}-{name}"), locked(clone.id):
        if not records.find(clone, name):
            say(f"there is no host {name}")
        remove(clone, name)
        if not records.hosts(clone):
            surroundings.close(clone)
        else:
            surroundings.announce(clone)


def remove(clone: Clone, name: str) -> None:
    """Delete a host, also one that a killed run left without a record."""
    stop(clone, name, signal.SIGINT)
    records.forget(clone, name)
    ssh.forget_connection(clone, name)
    (clone.state / "hosts" / f"{name}.console").unlink(missing_ok=True)
    if storage.mounted(clone.disk):
        storage.delete(clone.disk / "hosts" / name)


def down_all(clone: Clone) -> None:
    """Delete everything of a clone, the saved hosts too."""
    with locked(clone.id):
        for path in (clone.state / "hosts").glob("*.pid"):
            remove(clone, path.stem)
        for host in records.hosts(clone):
            remove(clone, host.name)
        for saved in records.saved(clone):
            records.forget_saved(clone, saved)
        surroundings.close(clone)


def reboot(clone: Clone, name: str) -> None:
    """Reboot a host from inside, and wait until its new boot can be logged in to."""
    with locked(f"{clone.id}-{name}"):
        records.existing(clone, name)
        old = boot_id(clone, name)
        if not old:
            raise LabError(f"{name} cannot be logged in to")
        ssh.ask(clone, name, "sudo systemctl reboot")
        ssh.forget_connection(clone, name)
        await_login(clone, name, old)


def save(clone: Clone, name: str, saved: str) -> None:
    """Keep a copy of a host as it is on disk after a shutdown; the host then goes on."""
    with locked(f"{clone.id}-{name}"):
        host = records.existing(clone, name)
        was_running = is_running(clone, name)
        with stage(f"shutting {name} down to save it"):
            stop(clone, name, signal.SIGTERM)
        with locked(clone.id):
            surroundings.ready(clone)
            storage.save(clone, clone.disk / "hosts" / name, clone.disk / "saved" / saved)
            records.write_saved(clone, saved, host.domain)
            if was_running:
                start(clone, host)
        if was_running:
            await_login(clone, name)


def forget(clone: Clone, saved: str) -> None:
    """Delete a saved host."""
    with locked(clone.id):
        if saved not in records.saved(clone):
            say(f"there is no saved host {saved}")
            return
        records.forget_saved(clone, saved)
        if storage.mounted(clone.disk):
            storage.delete(clone.disk / "saved" / saved)
        elif not records.hosts(clone):
            surroundings.close(clone)
