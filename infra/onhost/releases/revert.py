"""What follows a switch that failed: the old release serves, whole, and the new one ends."""

from ..command import Failure, run, say, succeeds
from ..config import Host
from . import release, retire, traffic, workers

LOG_LINES = "30"


def restore(host: Host, new: str, old: str) -> None:
    """The old release serves again: site, socket and workers."""
    if not old or old == new:
        _show(host, new)
        say("there is no release to go back to")
        return
    try:
        traffic.move(host, old, new)
    finally:  # the workers, whatever nginx says
        _start(host, old)
    reject(host, new)


def _start(host: Host, old: str) -> None:
    try:
        run(*release.compose(host, old), "up", "--detach", "web")
        workers.complete(host, old)
    except (Failure, OSError, ValueError, LookupError) as error:
        say(f"a part of release {old} does not start: {error}")


def reject(host: Host, candidate: str) -> None:
    """Shows a candidate's last lines, and ends it; it goes on when there is nothing better."""
    serving = release.current(host)
    if candidate == serving:
        return
    _show(host, candidate)
    retire.begin(host, candidate)  # its workers may have taken a job
    succeeds("systemctl", "reset-failed", release.unit(candidate))  # what failed has been shown
    say(f"release {serving} still serves" if serving else "no release serves yet")


def _show(host: Host, new: str) -> None:
    """Shows the last lines of the unit and of the containers; a part that fails stops nothing."""
    unit = ("--unit", release.unit(new))
    journal = ("journalctl", "--quiet", "--output", "cat", "--lines", "5", *unit)
    logs = (*release.compose(host, new), "logs", "--no-color", "--tail", LOG_LINES)
    lines = [f"the last lines of release {new}:"]
    for command in (journal, logs):
        try:
            lines.append(run(*command).rstrip())
        except Failure as failure:
            lines.append(str(failure))
    say("\n".join(lines))
