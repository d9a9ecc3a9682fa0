"""One run of the tests: suites alone or side by side, each with its host, and how they ended."""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.suites import saved
from tests.suites.programs import Programs
from tests.suites.saved import NotReadyError, Run
from tests.tiers import Stand, Suite

HOST = os.environ.get("TEST_HOST", "test")
CLOSING = re.compile(r"(=+ )?(\d+ \w+|no tests ran).* in [\d.]+s\b.*")  # plain with --quiet
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
        return found[-1] if found else "(without pytest's last line)"

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
        try:
            if suite.stand is Stand.COPY:
                saved.copy(quietly, host, self.deployed)
            if suite.stand is Stand.FIRST:
                self.deployed_host(run)
            passed = all(not run(("sh", "-c", step), TEST_HOST=host) for step in suite.steps)
            if passed and (suite.tests or suite.options):
                passed = run(self.pytest(suite), TEST_HOST=host) in self.fine()
        finally:
            if suite.stand is Stand.COPY:
                saved.take_down(host)
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
            words += ["-m", "", "--inventory", "tests/inventory.py", "--with-jobs"]
        if suite.tier >= 3:
            words += ["-p", "no:cacheprovider"]  # others write it, too
        return (*words, *suite.options, *self.options)

    def fine(self) -> set[int]:
        """Give pytest's exit codes of a good end: an option may leave a suite without a test."""
        return {0, 5} if self.options else {0}
