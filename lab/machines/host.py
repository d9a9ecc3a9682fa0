"""The life of a host: up, down, reboot, save."""

import signal
import time
from pathlib import Path

from lab import records
from lab.disk import guest, ssh, storage
from lab.machines import boot
from lab.paths import Clone, locked
from lab.progress import LabError, say, stage
from lab.records import Host
from lab.surroundings import dns, surroundings


def up(clone: Clone, name: str, saved: str | None) -> None:
    """Make a host or start it again, and wait until it can be logged in to."""
    with locked(f"{clone.id}-{name}"):
        with locked(clone.id):
            host = records.find(clone, name)
            if not host and saved and saved not in records.saved(clone):
                raise LabError(f"there is no saved host {saved}; `bin/lab list` lists them")
            if host and saved:
                say(f"{name} exists already, so it is not made from {saved}")
            surroundings.ready(clone)
            already = boot.is_running(clone, name)
            host = host or create(clone, name, saved)
            if not already:
                boot.start(clone, host)
        if already and boot.boot_id(clone, name):
            say(f"{name} is running already at {host.address}")
        else:
            boot.await_login(clone, name)


def create(clone: Clone, name: str, saved: str | None) -> Host:
    """Make a host's disk and record; without the record the disk is as good as not there."""
    subnet = records.subnet(clone)
    address = records.next_address(clone)
    source = clone.disk / "saved" / saved if saved else storage.base(clone)
    key = ssh.login_key(clone)

    def fill(root: Path) -> None:
        if not saved:
            guest.furnish(root, cgroup_v1=boot.cgroup_v1())
        guest.identify(root, name, address, subnet, key)

    target = clone.disk / "hosts" / name
    storage.build(clone, fill, source, target)
    domain = records.saved(clone)[saved].domain if saved else f"{name}.{dns.ZONE}"
    host = Host(name, address, domain, guest.host_key(target), time.time())
    records.write(clone, host)
    return host


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
    boot.stop(clone, name, signal.SIGINT)
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
        old = boot.boot_id(clone, name)
        if not old:
            raise LabError(f"cannot log in to {name}")
        ssh.ask(clone, name, "sudo systemctl reboot")
        ssh.forget_connection(clone, name)
        boot.await_login(clone, name, old)


def save(clone: Clone, name: str, saved: str) -> None:
    """Keep a copy of a host as it is on disk after a shutdown; the host then goes on."""
    with locked(f"{clone.id}-{name}"):
        host = records.existing(clone, name)
        was_running = boot.is_running(clone, name)
        if was_running:
            with stage(f"shutting {name} down to save it"):
                boot.stop(clone, name, signal.SIGTERM)
        with locked(clone.id):
            surroundings.ready(clone)
            storage.save(clone, clone.disk / "hosts" / name, clone.disk / "saved" / saved)
            records.write_saved(clone, saved, host.domain)
            if was_running:
                boot.start(clone, host)
        if was_running:
            boot.await_login(clone, name)


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
