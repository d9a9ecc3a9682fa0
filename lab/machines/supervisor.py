"""Keeps one host running: starts it again when it reboots, stops it when it is told to.

Runs as a program of its own, from this file alone, and for as long as the host.
SIGTERM asks the host to shut down; SIGINT cuts its power.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

REBOOT = 133  # how systemd-nspawn says, with --keep-unit, that its guest reboots
PATIENCE = 40  # seconds for an orderly shutdown


def cgroups(name: str) -> list[Path]:
    """Name the host's own cgroup in each hierarchy: two hosts in one would stop each other."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return [Path(words[1]) / name for words in mounts if words[2] in ("cgroup", "cgroup2")]


def join(groups: list[Path]) -> None:
    """Make the cgroups and move this process into them."""
    for group in groups:
        group.mkdir(exist_ok=True)
        for inherited in ("cpuset.cpus", "cpuset.mems"):  # v1 starts them empty
            if (group / inherited).exists() and not (group / inherited).read_text().strip():
                (group / inherited).write_text((group.parent / inherited).read_text())
        (group / "cgroup.procs").write_text(str(os.getpid()))


def remove(groups: list[Path]) -> None:
    """Kill what is left in the cgroups and remove them, the innermost first."""
    for group in groups:
        for folder, _, _ in os.walk(group, topdown=False):
            for pid in (Path(folder) / "cgroup.procs").read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
    for group in groups:
        for folder, _, _ in os.walk(group, topdown=False):
            end = time.monotonic() + 5
            while True:
                try:
                    Path(folder).rmdir()
                    break
                except OSError:  # busy until the killed are gone
                    if time.monotonic() > end:
                        break
                    time.sleep(0.02)


def drop_stale_link(machine: str) -> None:
    """Delete the last run's end of the wire, if the kernel has not got to it yet."""
    # systemd-nspawn may shorten the name; the long one then stands beside it.
    link = ("ip", "link", "delete", "dev", f"vb-{machine}")
    subprocess.run(link, check=False, stderr=subprocess.DEVNULL)


def cut_power(nspawn: int) -> None:
    """Kill the guest's first process: the kernel takes all others with it."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it may be going by itself
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()
        for pid in map(int, children or [str(nspawn)]):
            os.kill(pid, signal.SIGKILL)


class Supervisor:
    """One host's life, from its start to the stop that somebody asked for."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.systemd = Path("/run/systemd/system").is_dir()
        self.groups = [] if self.systemd else cgroups(name)  # systemd makes a scope instead
        self.child: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Pass a request to stop on to the host."""
        self.stopping = True
        if self.child and self.child.poll() is None:
            if number == signal.SIGINT:
                cut_power(self.child.pid)
            else:
                self.child.terminate()  # systemd-nspawn asks its guest to power off
                signal.alarm(PATIENCE)

    def on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        """End a shutdown that hangs."""
        if self.child and self.child.poll() is None:
            cut_power(self.child.pid)

    def run(self) -> int:
        """Run the host until it powers off, fails, or is stopped."""
        signal.signal(signal.SIGTERM, self.on_signal)
        signal.signal(signal.SIGINT, self.on_signal)
        signal.signal(signal.SIGALRM, self.on_alarm)
        code = 0
        while not self.stopping:
            remove([group for group in self.groups if group.exists()])
            drop_stale_link(self.name)
            self.child = subprocess.Popen(
                self.command,
                preexec_fn=lambda: join(self.groups),  # noqa: PLW1509 (one thread, so this is safe)
            )
            code = self.child.wait()
            if code != REBOOT:
                break
        remove([group for group in self.groups if group.exists()])
        return code if not self.stopping else 0


if __name__ == "__main__":
    sys.exit(Supervisor(sys.argv[1], sys.argv[2:]).run())
