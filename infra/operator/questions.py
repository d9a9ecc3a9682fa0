"""pyinfra's questions on standard input: none without a change, and no crash without a terminal."""

import logging
import sys
from typing import Any

import pyinfra
from click import get_current_context
from gevent import Greenlet, getcurrent  # type: ignore[import-untyped]  # it has no types
from pyinfra import logger
from pyinfra.api.state import StateStage

PLAN = "--> Detected changes:"  # pyinfra logs it once all changes are known, before it asks
UNANSWERED = {
    StateStage.Prepare: "standard input is not a terminal: pass -y to make these changes."
    " Nothing was changed.",
    StateStage.Connect: "standard input is not a terminal: pass -y to go on without the hosts that"
    " cannot be reached, or leave them out by --exclude. Nothing was changed.",
}
OTHERWISE = (
    "standard input is not a terminal: pass -y to go on without the hosts that failed."
    " Nothing more was changed."
)


def answer() -> None:
    """From here on, a question that nobody can answer, or need not, ends the run."""
    if not isinstance(sys.stdin, Answers):
        sys.stdin = Answers(sys.stdin)
    logger.addFilter(end_without_changes)


def end_without_changes(record: logging.LogRecord) -> bool:
    """Ends the run with 0 where pyinfra would ask to make no changes; lets every record through."""
    if record.msg == PLAN and not _is_plan() and not _changes():
        logger.info("--> No changes: every host is up to date")
        sys.exit(1 if pyinfra.state.failed_hosts else 0)
    return True


def _is_plan() -> bool:
    """Whether the plan alone was asked for."""
    asked = get_current_context().params
    return bool(asked["dry"] or asked["debug_facts"] or asked["debug_operations"])


def _changes() -> bool:
    operations = (each for of_host in pyinfra.state.ops.values() for each in of_host.values())
    return any(each.operation_meta.will_change for each in operations)


class Answers:
    """Standard input; what is not a terminal answers no question.

    A question about one host, like a password, gets an empty answer: that host fails, with its
    reason. A question about the run ends it.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def readline(self, *limit: int) -> str:
        """The next line."""
        if self._stream is not None and self._stream.isatty():
            line: str = self._stream.readline(*limit)
            return line
        if isinstance(getcurrent(), Greenlet):  # pyinfra's work on one host
            return "\n"
        sys.exit("\n" + UNANSWERED.get(pyinfra.state.current_stage, OTHERWISE))
