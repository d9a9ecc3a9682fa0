"""What follows a switch that failed: the old release serves, whole, and the new one ends."""

from ..command import Failure, run, say, succeeds
from . import release, retire, traffic, workers

LOG_LINES = "30"


def go_back(new: str, old: str) -> None:
    """The old release serves again: site, socket and workers."""
    if not old or old == new:
        _show(new)
        say("there is no release to go back to")
        return
    try:
        traffic.move(old, new)
    finally:  # the workers, whatever nginx says
        _start(old)
    give_up(new)


def _start(old: str) -> None:
    try:
        run(
            "docker", "compose", "--project-directory", release.folder(old), "up", "--detach", "web"
        )
        workers.complete(old)
    except (Failure, OSError, ValueError, LookupError) as error:
        say(f"some of release {old} does not start: {error}")


def give_up(new: str) -> None:
    """Shows what a release said, and ends it, unless there is nothing better."""
    serving = release.current()
    if new == serving:
        return  # it serves, however badly: there is nothing better to go back to
    _show(new)
    retire.begin(new)  # its workers may have taken a job
    succeeds("systemctl", "reset-failed", release.unit(new))  # what failed has been shown
    say(f"release {serving} serves on" if serving else "no release serves yet")


def _show(new: str) -> None:
    """Tells what the unit and the containers said; that it cannot be had stops nothing."""
    told = []
    for command in (
        ("journalctl", "--quiet", "--output", "cat", "--lines", "5", "--unit", release.unit(new)),
        ("docker", "compose", "--project-directory", release.folder(new), "logs",
         "--no-color", "--tail", LOG_LINES),
    ):  # fmt: skip
        try:
            told.append(run(*command).rstrip())
        except Failure as failure:
            told.append(str(failure))
    say("\n".join([f"the last lines of release {new}:", *told]))
