"""What a clone's hosts stand on: disks, network, names, CA, mirror, and the way they all go."""

import shutil
import subprocess
from pathlib import Path

from lab import network, records
from lab.disk import packages, ssh, storage
from lab.paths import STATE, Clone, locked, owner
from lab.processes import run
from lab.surroundings import acme, certificates, dns, mirror

NSPAWN = Path("/run/systemd/nspawn")
MARK = "slipway-lab"  # names the file systems that the lab mounted


def ready(clone: Clone) -> None:
    """Complete everything that a host needs; only under the clone's lock."""
    with locked("packages"):
        packages.install_missing()
    for folder in (clone.state, clone.services):
        folder.mkdir(parents=True, exist_ok=True)
    subnet = records.subnet(clone)
    clone.files.mkdir(exist_ok=True)
    shutil.chown(clone.files, *owner(clone.checkout))
    storage.mount(clone)
    sweep(clone)
    mount_nspawn()
    network.up(clone, subnet)
    gateway = network.gateway(subnet)
    announce(clone)
    acme.serve(clone, gateway)
    mirror.serve(clone, gateway)
    certificates.publish(clone)


def announce(clone: Clone) -> None:
    """Tell DNS and SSH which hosts there are."""
    hosts = records.hosts(clone)
    gateway = network.gateway(records.subnet(clone))
    known = ((h.name, h.domain, h.address) for h in hosts)
    names = dns.hosts_file(gateway, known, dns.overridden(clone))
    dns.serve(clone, gateway, names)
    ssh.publish(clone, ((h.name, h.address, h.host_key) for h in hosts))


def sweep(clone: Clone) -> None:
    """Delete disks that a killed run left without a record, or half-made."""
    storage.drop_leftovers(clone)
    known = {"hosts": {h.name for h in records.hosts(clone)}, "saved": set(records.saved(clone))}
    for kind, names in known.items():
        for path in (clone.disk / kind).glob("[!.]*"):
            if path.name not in names:
                storage.delete(path)


def mount_nspawn() -> None:
    """Put systemd-nspawn's own folder in memory, it refuses to start on a disk."""
    NSPAWN.mkdir(parents=True, exist_ok=True)
    if run("stat", "-f", "-c", "%T", NSPAWN).strip() != "tmpfs":
        run("mount", "-t", "tmpfs", "-o", "mode=755", MARK, NSPAWN)


def close(clone: Clone) -> None:
    """Take away all that stands around the hosts once the last of them is gone."""
    for service in (mirror, acme, dns):
        service.stop(clone)
    network.down(clone.bridge, clone.table)
    storage.unmount(clone)
    shutil.rmtree(clone.sockets, ignore_errors=True)  # masters may be closing theirs right now
    if clone.files.exists():
        keys = ("ssh_config", "known_hosts", "ssh_key")
        for name in (*keys, "ca.pem", "staging-ca.pem", "extra-ca.pem"):
            (clone.files / name).unlink(missing_ok=True)
    if not records.saved(clone) and clone.state.exists():
        shutil.rmtree(clone.state)
    unmount_nspawn()


def unmount_nspawn() -> None:
    """Take the lab's tmpfs away when no clone's host can be using it."""
    if any(storage.mounted(path.parent / "disk") for path in STATE.glob("*/clone.json")):
        return
    mounts = Path("/proc/mounts").read_text().splitlines()
    if any(line.split()[:2] == [MARK, str(NSPAWN)] for line in mounts):
        # Another clone may be starting its first host: then it is busy, and stays.
        subprocess.run(("umount", NSPAWN), check=False, stderr=subprocess.DEVNULL)
