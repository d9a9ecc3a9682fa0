"""What follows a switch that failed: the old release serves, whole, and the new one ends."""

from ..command import Failure, run, say, succeeds
from ..config import Host
from ..diagnosis import containers
from ..diagnosis.containers import Unwell
from ..processes import servers, singles, timers
from ..processes.kinds import SERVER, SINGLE, TIMER
from . import release, retire, traffic, workers

PROBLEMS = (Failure, OSError, ValueError, LookupError)


def restored(host: Host, new: str, old: str, error: Exception) -> Exception:
    """The old release serves again: site, socket and workers. Returns what to raise.

    It names both reasons when the way back fails, too.
    """
    lines = _evidence(new, error)
    if not old or old == new:
        return _told(error, [], [*lines, "there is no release to go back to"])
    problems, loads = [], "the watchdog tries again to load it into nginx"
    try:
        traffic.move(host, old, new)
        serving = f"release {old} still serves"
    except PROBLEMS as other:
        problems.append(f"going back to release {old} failed, too: {other}")
        serving = f"release {old} is the current one again; {loads}"
    problems += _start(host, old, new)  # the processes, whatever nginx says
    if serving.endswith("still serves"):  # else nginx may pass to the new one yet
        problems += _end(host, new)
    return _told(error, problems, [*lines, serving])


def rejected(host: Host, candidate: str, error: Exception) -> Exception:
    """Ends a candidate; it goes on when there is nothing better. Returns what to raise."""
    lines = _evidence(candidate, error)
    serving = release.current(host)
    if candidate == serving:
        return _told(error, [], lines)
    problems = _end(host, candidate)
    still = f"release {serving} still serves" if serving else "no release serves yet"
    return _told(error, problems, [*lines, still])


def reason(error: BaseException) -> str:
    """What the history keeps of an error: a line."""
    notes = getattr(error, "__notes__", [])
    return "; ".join([(str(error) or repr(error)).splitlines()[0], *notes])


def _start(host: Host, old: str, new: str) -> list[str]:
    """Starts what the old release lacks, once the new one has let go of it; what is wrong."""
    known = release.processes_of(host, old)
    try:
        singles.stop(host, new, [one.name for one in release.processes_of(host, new, SINGLE)])
        singles.start(host, old, [one.name for one in known if one.kind == SINGLE])
        run(*release.compose(host, old), "up", "--detach", "web")
        servers.start(host, old, [one for one in known if one.kind == SERVER])
        workers.complete(host, old)
        timers.follow(host, [one for one in known if one.kind == TIMER])
    except PROBLEMS as error:
        return [f"a part of release {old} does not start: {error}"]
    return []


def _end(host: Host, candidate: str) -> list[str]:
    """Ends it in the background, for its workers may have taken a job; what is wrong with that."""
    try:
        retire.begin(host, candidate)
        succeeds("systemctl", "reset-failed", release.unit(candidate))  # it is told here
    except PROBLEMS as error:
        return [f"release {candidate} could not be stopped: {error}"]
    return []


def _evidence(name: str, error: Exception) -> list[str]:
    """What to do, and what the unwell part of a release has said."""
    if not isinstance(error, Unwell):
        return []
    todo = [f"What to do: {error.advice}"] if error.advice else []
    if not error.service:
        return todo
    shown = containers.evidence(release.project(name), error.service, str(error))
    whole = f"The whole log: bin/slipway logs {error.service} --release {name}"
    return [*todo, *shown, whole]


def _told(error: Exception, problems: list[str], lines: list[str]) -> Exception:
    """The error with all that is known; its first line has every reason."""
    if not isinstance(error, Failure):
        for problem in problems:
            error.add_note(problem)
        say("\n".join(lines))
        return error
    first, *rest = str(error).splitlines() or [repr(error)]
    heads = [problem.splitlines()[0] for problem in problems]
    more = [line for problem in problems for line in problem.splitlines()[1:]]
    return Failure("\n".join(["; ".join([first, *heads]), *rest, *more, *lines]))
