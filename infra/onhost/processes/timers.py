"""Commands at set times: a timer of systemd's for each, which runs the current release's command.

The unit that runs is a template; only the timers are written here, since each release has its own.
"""

import signal
from pathlib import Path
from types import FrameType

from .. import layout
from ..command import Failure, last_lines, replace, run, succeeds
from ..config import Host
from ..services import docker
from .kinds import TIMER, Process
from .places import compose

LINES = 5  # of what the command said, in the reason
PREFIX, SUFFIX = layout.TIMER_OF_PROCESS.split("{process}")


def check(timers: list[Process]) -> None:
    """Raises Failure when systemd does not understand when one shall run."""
    for one in timers:
        if not succeeds("systemd-analyze", "calendar", one.at):
            told = f"systemd does not understand {one.at!r}: see man systemd.time"
            raise Failure(f"processes.{one.name}.at: {told}")


def follow(host: Host, timers: list[Process]) -> None:
    """The timers of the host are these, and run."""
    wanted = {_path(host, one.name): text(one) for one in timers}
    for path in present(host):
        if path not in wanted:
            run("systemctl", "disable", "--now", path.name)
            path.unlink()
    changed = [path for path, words in wanted.items() if _read(path) != words]
    for path in changed:
        replace(path, wanted[path].encode())
    if changed or set(present(host)) != set(wanted):
        run("systemctl", "daemon-reload")
    for path in wanted:
        run("systemctl", "enable", "--quiet", path.name)
        run("systemctl", "restart" if path in changed else "start", path.name)


def differ(host: Host, timers: list[Process]) -> str:
    """Which timer is not as the current release has it; empty when all are."""
    wanted = {_path(host, one.name): text(one) for one in timers}
    for path in sorted({*wanted, *present(host)}):
        if _read(path) != wanted.get(path, ""):
            return path.name
        if not succeeds("systemctl", "is-active", "--quiet", path.name):
            return path.name
    return ""


def text(one: Process) -> str:
    """The unit of a timer."""
    return f"""# Written by a switch to a release, of the setting processes.{one.name}.
[Unit]
Description=Slipway timer: {one.name}

[Timer]
OnCalendar={one.at}
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""


def run_once(host: Host, name: str, process: str, known: list[Process]) -> None:
    """Runs the command of a release's timer, to its end. Raises Failure when it does not end well.

    Its container has a compose project of its own: the end of the release does not end it.
    """
    found = [one for one in known if (one.name, one.kind) == (process, TIMER)]
    if not found:
        raise Failure(f"release {name} has no timer {process}")
    _end_on_signals()
    mine = f"{layout.ONE_OFF_PROJECT}-{process}"
    words = (*compose(host, name), "--project-name", mine, "--progress", "quiet")
    container = f"{layout.RELEASE_PROJECT.format(release=name)}-{process}-1"
    once = ("--profile", TIMER, "run", "--rm", "--no-TTY", "--name", container, process)
    _remove(mine)  # of a run that was killed
    try:
        code, said = last_lines(*words, *once, limit=found[0].limit, lines=LINES)
    except KeyboardInterrupt:
        raise Failure(f"{process} of release {name} was stopped") from None
    finally:
        _remove(mine)
        succeeds(*words, "down")  # its network
    if code is None:
        limit = f"{found[0].limit} s (processes.{process}.limit)"
        raise Failure("\n".join([f"{process} of release {name} was ended after {limit}", *said]))
    if code:
        last = next((line for line in reversed(said) if line.strip()), "it said nothing")
        failed = f"{process} of release {name} failed: exit code {code}: {last}"
        raise Failure("\n".join([failed, *said]))


def _end_on_signals() -> None:
    """`systemctl stop` ends the container, too."""

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    signal.signal(signal.SIGTERM, end)


def _remove(project: str) -> None:
    filter_ = f"label=com.docker.compose.project={project}"
    if left := docker.matching(filter_, stopped=True):
        succeeds("docker", "rm", "--force", *left)


def _path(host: Host, process: str) -> Path:
    return host.layout.units / layout.TIMER_OF_PROCESS.format(process=process)


def present(host: Host) -> list[Path]:
    """The files of all timers that a switch has written."""
    return sorted(host.layout.units.glob(f"{PREFIX}*{SUFFIX}"))


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
