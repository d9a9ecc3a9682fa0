"""Runs suites of tests and says what each took: bin/test calls it.

usage: bin/test [SUITE...] [PYTEST OPTIONS...]

  (none)   unit, host, the faults, and a fifth of the slow suites (which fifth: by the commit)
  all      all suites, with a new deploy to a new host
  changed  the suites that your uncommitted changes can break
  unit     the tests that need no host
"""

import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from tests.suites.choose import ROOT, UnknownSuiteError, choose
from tests.suites.lanes import run
from tests.suites.programs import StoppedError
from tests.suites.saved import NotReadyError
from tests.suites.session import Session, say
from tests.tiers import SUITES, Suite


def git(*words: str) -> str:
    """Ask git about the checkout."""
    return subprocess.run(
        ("git", *words), cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def changed() -> list[str]:
    """List the files that differ from the commit, also those that git does not know yet."""
    listed = git("diff", "--name-only", "--no-renames", "-z", "HEAD")
    listed += git("ls-files", "--others", "--exclude-standard", "-z")
    return [path for path in listed.split("\0") if path]


def words_and_options(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Divide the arguments before the first that is an option: the rest is pytest's."""
    count = next((i for i, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    return list(arguments[:count]), list(arguments[count:])


def usage() -> str:
    """Say how to call it, with a line for each suite."""
    lines = [
        f"  {s.name:<14}{s.budget:4} s  {' '.join((*s.tests, *s.options)) or s.steps[0]}"
        for s in SUITES
    ]
    return "\n".join(
        (
            (__doc__ or "").partition("\n\n")[2],
            "Suites, each with its budget (time limit) and tests:",
            *lines,
        )
    )


def main(arguments: Sequence[str]) -> int:
    """Choose suites and run them; with --needs as the first word, only name what they need."""
    only_needs = arguments[:1] == ["--needs"]
    words, options = words_and_options(arguments[only_needs:])
    if options[:1] in (["--help"], ["-h"]):
        print(usage())
        return 0
    try:
        suites = choose(words, changed() if "changed" in words else (), git("rev-parse", "HEAD"))
    except UnknownSuiteError as error:
        print(f"bin/test: {error}", file=sys.stderr)
        return 2
    if only_needs:
        print(*sorted({need for suite in suites for need in suite.needs}))
        return 0
    return executed(Session(tuple(options), anew="all" in words), suites)


def stop(number: int, _frame: FrameType | None) -> None:
    """End the run as Ctrl-C does, and remember what ended it."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def executed(session: Session, suites: Sequence[Suite]) -> int:
    """Run suites, show how each ended, and give the exit code."""
    say(f"Suites: {' '.join(suite.name for suite in suites) or 'none'}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        results = run(session, suites)
    except (KeyboardInterrupt, StoppedError) as error:
        say(f"\nStopped by {error}")
        return 130
    except NotReadyError as error:
        say(str(error))
        return 1
    say("\n== Times")
    for result in results:
        say(result.report())
    if session.options and not any(" passed" in result.closing for result in results):
        say("No test has passed with these options")
        return 1
    return int(not all(result.passed for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
