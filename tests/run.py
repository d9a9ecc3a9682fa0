"""Runs suites of tests and says what each took: bin/test calls it.

usage: bin/test [SUITE...] [PYTEST OPTIONS...]

  (none)   unit, host, the faults, and a part of the slow rest, chosen by the commit
  all      everything; the host is deployed to anew
  changed  what the uncommitted change can break
  unit     what needs no host
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from tests import saved
from tests.choose import ROOT, UnknownSuiteError, choose
from tests.programs import Programs, StoppedError
from tests.saved import LAB, NotReadyError, Run
from tests.tiers import LANES, SUITES, Stand, Suite

HOST = os.environ.get("TEST_HOST", "test")
CLOSING = re.compile(r"=+ .*\bin [\d.]+s\b.*=+")
PULSE = 30  # seconds between two lines that say what runs
Show = Callable[[str], object]


def say(line: str) -> None:
    """Show a line at once."""
    print(line, flush=True)


@dataclass(frozen=True)
class Result:
    """How a suite ended."""

    suite: Suite
    passed: bool
    seconds: float
    lines: list[str]

    @property
    def closing(self) -> str:
        """pytest's last line, or why there is none."""
        found = [line for line in self.lines if CLOSING.fullmatch(line)]
        return found[-1] if found else "(pytest did not run to its end)"

    def report(self) -> str:
        """A line for the table at the end."""
        words = "" if self.passed else "FAILED  "
        over = self.seconds > self.suite.budget
        words += f"over its budget of {self.suite.budget} s  " if over else ""
        return f"{self.suite.name:<14}{self.seconds:5.0f} s  {words}{self.closing}"


@dataclass(frozen=True)
class Session:
    """One run of the tests."""

    options: tuple[str, ...]  # pytest's
    anew: bool  # deploy to a blank host also where a saved one would do
    programs: Programs = field(default_factory=Programs)
    deployed: str = field(default_factory=saved.wanted)  # the saved host of this checkout

    def runner(self, suite: Suite, show: Show, *, quiet: bool = False) -> Run:
        """Give what runs a command for a suite; a quiet one shows only what a failed one said."""

        def run(command: Sequence[str], **environment: str) -> int:
            said = list[str]()
            environment = {"PYINFRA_PROGRESS": "off", **suite.environment, **environment}
            code = self.programs.run(command, said.append if quiet else show, environment)
            if quiet and code:
                for line in said:
                    show(line)
            return code

        return run

    def attempt(self, suite: Suite, show: Show) -> Result:
        """Run a suite; what it says is kept, too."""
        began, lines = time.monotonic(), list[str]()

        def both(line: str) -> None:
            lines.append(line)
            show(line)

        try:
            passed = self.run(suite, both)
        except NotReadyError as error:
            both(str(error))
            passed = False
        return Result(suite, passed, time.monotonic() - began, lines)

    def run(self, suite: Suite, show: Show) -> bool:
        """Make a suite's host, run its steps and its tests, and take the host down."""
        host = f"{HOST}-{suite.name}" if suite.stand is Stand.COPY else HOST
        run, quietly = self.runner(suite, show), self.runner(suite, show, quiet=True)
        if suite.stand is Stand.COPY:
            saved.copy(quietly, host, self.deployed)
        if suite.stand is Stand.FIRST:
            self.deployed_host(run)
        try:
            passed = all(not run(("sh", "-c", step), TEST_HOST=host) for step in suite.steps)
            if passed and (suite.tests or suite.options):
                passed = run(self.pytest(suite), TEST_HOST=host) in self.fine()
        finally:
            if suite.stand is Stand.COPY:
                take_down(host)
        if suite.stand is Stand.FIRST and (self.anew or not saved.is_kept(self.deployed)):
            saved.keep(quietly, host, self.deployed)
        return passed

    def deployed_host(self, run: Run) -> None:
        """Deploy to a blank host, or to a copy of one on which this very thing stands."""
        if self.anew or not saved.is_kept(self.deployed):
            saved.first(run, HOST)
        else:
            saved.copy(run, HOST, self.deployed)

    def pytest(self, suite: Suite) -> tuple[str, ...]:
        """Write the command that runs a suite's tests."""
        words = ["pytest", *suite.tests, "--durations", "10"]
        if suite.stand is not Stand.HERE:
            words += ["-m", "", "--inventory", "tests/inventory.py"]
        if suite.tier >= 3:
            words += ["-p", "no:cacheprovider"]  # others write it, too
        return (*words, *suite.options, *self.options)

    def fine(self) -> set[int]:
        """Give pytest's exit codes of a good end: an option may leave a suite without a test."""
        return {0, 5} if self.options else {0}


def take_down(host: str) -> None:
    """Delete a host, whatever became of it."""
    subprocess.run((LAB, "down", host), capture_output=True, check=False)


def alone(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites one after another, and show what they say."""
    results = []
    for suite in suites:
        say(f"== {suite.name}")
        results.append(session.attempt(suite, say))
    return results


def together(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites side by side, the longest first, and show each when it has ended."""
    begun, results = dict[str, float](), list[Result]()

    def start(suite: Suite) -> Result:
        say(f"-- {suite.name} begins")
        begun[suite.name] = time.monotonic()
        result = session.attempt(suite, len)
        del begun[suite.name]
        return result

    with ThreadPoolExecutor(LANES) as lanes:
        longest = sorted(suites, key=lambda suite: -suite.budget)
        pending: set[Future[Result]] = {lanes.submit(start, suite) for suite in longest}
        try:
            while pending:
                done, pending = wait(pending, PULSE, FIRST_COMPLETED)
                for one in done:
                    results.append(one.result())
                    say("\n".join((f"== {results[-1].suite.name}", *results[-1].lines)))
                if not done:
                    now = time.monotonic()
                    running = (f"{name} for {now - then:.0f} s" for name, then in begun.items())
                    say(f"-- {', '.join(running)}")
        except BaseException:
            session.programs.stop()
            for one in pending:
                one.cancel()
            raise
    return results


def run(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites, first those that must be alone."""
    first = [suite for suite in suites if suite.tier <= 2]
    others = [suite for suite in suites if suite.tier > 2]
    try:
        results = alone(session, first)
        copies = any(suite.stand is Stand.COPY for suite in others)
        if copies and not saved.is_kept(session.deployed):
            say("== A deployed host to make copies of")
            maker = session.runner(SUITES[0], say)
            saved.first(maker, HOST)
            saved.keep(maker, HOST, session.deployed)
        # The host stays while there are others: the CA beside them would forget what it signed.
        return results + together(session, others)
    finally:
        if any(suite.stand is not Stand.HERE for suite in suites):
            take_down(HOST)


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
    return "\n".join(((__doc__ or "").partition("\n\n")[2], "Suites and their budgets:", *lines))


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
    say(f"Suites: {' '.join(suite.name for suite in suites) or 'none'}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    session = Session(tuple(options), anew="all" in words)
    try:
        results = run(session, suites)
    except (KeyboardInterrupt, StoppedError):
        session.programs.stop()
        return 130
    except NotReadyError as error:
        say(str(error))
        return 1
    say("\n== What each took")
    for result in results:
        say(result.report())
    return int(not all(result.passed for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
