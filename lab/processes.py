"""Processes that outlive the command that started them, known by pid and start time."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.progress import LabError

STARTED: list["subprocess.Popen[bytes]"] = []  # held, as Python warns of children it must drop


@dataclass(frozen=True)
class Identity:
    """A pid alone may have been given to another process, or to one after a restart."""

    pid: int
    started: int
    boot: str

    def text(self) -> str:
        """Give the form that stands in a pid file."""
        return f"{self.pid} {self.started} {self.boot}\n"

    @classmethod
    def parse(cls, text: str) -> "Identity | None":
        """Read a pid file; one that was cut short names nobody."""
        match text.split():
            case [pid, started, boot] if pid.isdigit() and started.isdigit():
                return cls(int(pid), int(started), boot)
        return None


def started(stat: str) -> int | None:
    """Read the start time from the text of /proc/PID/stat; None for a zombie."""
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return None if fields[0] in "ZX" else int(fields[19])


def identify(pid: int) -> Identity | None:
    """Look a running process up."""
    try:
        start = started(Path(f"/proc/{pid}/stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None if start is None else Identity(pid, start, boot)


def running(pid_file: Path) -> int | None:
    """Give the pid of the very process that the file was written for, if it still runs."""
    try:
        known = Identity.parse(pid_file.read_text())
    except FileNotFoundError:
        return None
    return known.pid if known and identify(known.pid) == known else None


def start(command: Sequence[str | Path], pid_file: Path, log: Path, env: dict[str, str]) -> None:
    """Start a process that goes on when this command ends."""

    def record() -> None:
        # Before exec: a command killed right here leaves no process that nobody knows.
        me = identify(os.getpid())
        if me is None:
            raise LabError("this process has no entry in /proc")
        pid_file.write_text(me.text())

    pid_file.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            cwd="/",
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=record,  # noqa: PLW1509 (one thread, so this is safe)
        )
    STARTED.append(child)


def stop(pid_file: Path, sig: signal.Signals = signal.SIGTERM, patience: float = 10) -> None:
    """Stop the process of a pid file, by force when it does not go; then drop the file."""
    for number, limit in ((sig, patience), (signal.SIGKILL, 5.0)):
        pid = running(pid_file)
        if pid is None:
            break
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        wait_until(lambda: running(pid_file) is None, limit)
    if running(pid_file) is not None:
        raise LabError(f"the process of {pid_file} cannot be stopped")
    pid_file.unlink(missing_ok=True)


def wait_until(done: Callable[[], bool], limit: float, pause: float = 0.05) -> bool:
    """Ask until the answer is yes or the time is over."""
    end = time.monotonic() + limit
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def run(*command: str | Path, stdin: str | None = None) -> str:
    """Run a short command and give its output; its own words say why it failed."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split())[-500:]
        raise LabError(f"{' '.join(map(str, command))[:200]}: {reason or done.returncode}")
    return done.stdout


def run_long(*command: str | Path, log: Path) -> None:
    """Run a command that must die with this one, and keep what it says in a file."""
    # A file, not a pipe: a command that goes on alone must not stop over a closed pipe.
    with log.open("ab") as out:
        done = subprocess.run(
            ("setpriv", "--pdeathsig", "TERM", *command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            env=os.environ | {"LC_ALL": "C.UTF-8", "TMPDIR": str(log.parent)},
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise LabError(f"{command[0]} failed ({done.returncode}):\n{tail}")
