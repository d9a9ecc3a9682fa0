"""What makes a copy of the root a host: its name, its address, its keys and its user."""

import shutil
import uuid
from ipaddress import IPv4Network
from pathlib import Path

from lab import network
from lab.processes import run

USER = "debian"
UID = "1000"

# cgroup v1 arrives read-only, and container engines need to write to it.
REMOUNT = """\
[Unit]
Description=Make the cgroup v1 controllers writable
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'for c in /sys/fs/cgroup/*/; do case $$c in */systemd/|*/unified/) ;; \
*) mount -o remount,bind,rw "$$c";; esac; done'

[Install]
WantedBy=sysinit.target
"""
ABSENT = ("systemd-modules-load.service",)  # the kernel is the machine's, and so are its modules


def furnish(root: Path, *, cgroup_v1: bool) -> None:
    """Give a plain root what a cloud's image has at its first login."""
    for left in ("etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap"):
        (root / left).unlink(missing_ok=True)
    run("chroot", root, "useradd", "-m", "-s", "/bin/bash", "-u", UID, "-G", "sudo", USER)
    run("chroot", root, "usermod", "-L", "root")
    write(root / "etc/sudoers.d/90-cloud-init-users", f"{USER} ALL=(ALL) NOPASSWD:ALL\n", 0o440)
    write(root / "etc/default/locale", "LANG=C.UTF-8\n")
    if cgroup_v1:
        write(root / "etc/systemd/system/cgroup-v1-writable.service", REMOUNT)
        run("chroot", root, "systemctl", "enable", "-q", "cgroup-v1-writable.service")
    run("chroot", root, "systemctl", "enable", "-q", "systemd-networkd.service")
    run("chroot", root, "systemctl", "mask", "-q", *ABSENT)


def identify(root: Path, name: str, address: str, subnet: IPv4Network, login_key: str) -> None:
    """Give a host what no two hosts may share."""
    write(root / "etc/hostname", f"{name}\n")
    write(root / "etc/hosts", hosts(name))
    # Not empty: systemd would take that for a first boot and reset which units are enabled.
    write(root / "etc/machine-id", f"{uuid.uuid4().hex}\n", 0o444)
    gateway = network.gateway(subnet)
    lines = ("[Match]", "Name=host0", "", "[Network]", f"Address={address}/{subnet.prefixlen}")
    # The file's name sorts before systemd's own for containers, which would ask for a lease.
    link = root / "etc/systemd/network/10-host0.network"
    write(link, "\n".join((*lines, f"Gateway={gateway}", "IPv6AcceptRA=no", "")))
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    write(root / "etc/resolv.conf", f"nameserver {gateway}\n")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    run("ssh-keygen", "-q", "-A", "-f", root)
    authorize(root, login_key)


def hosts(name: str) -> str:
    """Write /etc/hosts as Debian's installer and cloud images do."""
    return (
        f"127.0.0.1 localhost\n127.0.1.1 {name}\n"
        "::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
    )


def authorize(root: Path, login_key: str) -> None:
    """Let the clone's key log in; a saved host may bring an older one."""
    folder = root / "home" / USER / ".ssh"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(folder / "authorized_keys", login_key, 0o600)
    for path in (folder, folder / "authorized_keys"):
        shutil.chown(path, int(UID), int(UID))


def host_key(root: Path) -> str:
    """Read the key that clients are to expect."""
    kind, key, *_ = (root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()
    return f"{kind} {key}"


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file of the host, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # never through a link into the machine
    path.write_text(text)
    path.chmod(mode)
