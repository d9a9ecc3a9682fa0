"""Access to the hosts: keys, and an ssh_config that OpenSSH and paramiko both read."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lab.disk.guest import USER
from lab.paths import Clone, owner, replace
from lab.processes import run


def config_text(hosts: Iterable[tuple[str, str]], files: Path, sockets: Path) -> str:
    """Write one block for each (name, address)."""
    return "\n".join(block(name, address, files, sockets) for name, address in hosts)


def block(name: str, address: str, files: Path, sockets: Path) -> str:
    """Write how to reach one host: its key is pinned, its connection is shared."""
    settings = (
        ("HostName", address),
        ("User", USER),
        ("IdentityFile", quoted(files / "ssh_key")),
        ("IdentitiesOnly", "yes"),
        ("UserKnownHostsFile", quoted(files / "known_hosts")),
        ("StrictHostKeyChecking", "yes"),
        ("ControlMaster", "auto"),
        ("ControlPath", quoted(sockets / name)),
        ("ControlPersist", "60"),
        ("ServerAliveInterval", "5"),  # a shared connection to a dead host must not linger
        ("ServerAliveCountMax", "3"),
        ("LogLevel", "ERROR"),
    )
    return f"Host {name}\n" + "".join(f"    {key} {value}\n" for key, value in settings)


def quoted(path: Path) -> str:
    """Quote a path only where it needs it."""
    return f'"{path}"' if " " in str(path) else str(path)


def login_key(clone: Clone) -> str:
    """Give the public half of the clone's key, made once."""
    key = clone.state / "ssh_key"
    public = key.with_suffix(".pub")
    if not public.exists():  # written last
        key.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "slipway-lab", "-f", key)
    return public.read_text()


def publish(clone: Clone, hosts: Iterable[tuple[str, str, str]]) -> None:
    """Write the access files into the checkout, from (name, address, host key)."""
    own = owner(clone.checkout)
    known = list(hosts)
    clone.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(clone.sockets, *own)
    login_key(clone)
    replace(clone.files / "ssh_key", (clone.state / "ssh_key").read_text(), 0o600, own)
    lines = "".join(f"{name},{address} {key}\n" for name, address, key in known)
    replace(clone.files / "known_hosts", lines, own=own)
    config = config_text(((n, a) for n, a, _ in known), clone.files, clone.sockets)
    replace(clone.files / "ssh_config", config, own=own)


def forget_connection(clone: Clone, name: str) -> None:
    """End the shared connection to a host that has stopped: who used it next would hang."""
    socket = clone.sockets / name
    if socket.exists():
        leave = ("ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", name)
        subprocess.run(leave, capture_output=True, check=False)  # it may have ended by itself
        socket.unlink(missing_ok=True)


def ask(clone: Clone, name: str, command: str) -> str | None:
    """Run a command on a host over a connection of its own; None if the host does not answer."""
    done = subprocess.run(
        (
            *("ssh", "-F", clone.files / "ssh_config"),
            *("-o", "ControlPath=none", "-o", "ConnectTimeout=3", "-o", "BatchMode=yes"),
            *(name, command),
        ),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def session(clone: Clone, name: str, command: list[str]) -> None:
    """Become an ssh session; its exit code is then this program's."""
    # A socket that root makes under sudo would be closed to the user whose checkout this is.
    alone = ("-o", "ControlPath=none") if "SUDO_UID" in os.environ else ()
    program = shutil.which("ssh") or "/usr/bin/ssh"
    words = ("ssh", "-F", str(clone.files / "ssh_config"), *alone, name, *command)
    os.execv(program, words)  # noqa: S606 (a shell would read the command a second time)
