"""Programs that a run of the tests starts: shown while they run or kept, and ended with it."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from tests.suites.choose import ROOT

# A shell without job control has its programs ignore SIGINT, and those that they start.
INTERRUPTIBLE = ("env", "--default-signal=INT")
PATIENCE = 60  # seconds in which an interrupted pytest takes its hosts down


class StoppedError(Exception):
    """The whole run is to end."""


class Programs:
    """The programs of a run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self, command: Sequence[str], show: Callable[[str], object], environment: dict[str, str]
    ) -> int:
        """Run a program to its end, show each line that it says, and give its exit code.

        Raises StoppedError.
        """
        with self._start(command, environment) as program:
            assert program.stdout
            for line in program.stdout:
                show(line.rstrip("\n"))
        with self._lock:
            self._running.discard(program)
        if self._stopped:
            raise StoppedError
        return program.returncode

    def _start(
        self, command: Sequence[str], environment: dict[str, str]
    ) -> "subprocess.Popen[str]":
        with self._lock:
            if self._stopped:
                raise StoppedError
            program = subprocess.Popen(
                (*INTERRUPTIBLE, *command),
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(program)
        return program

    def stop(self) -> None:
        """Interrupt all programs as Ctrl-C does, and start no more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for program in running:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGINT)
        for program in running:
            with suppress(subprocess.TimeoutExpired):
                program.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
