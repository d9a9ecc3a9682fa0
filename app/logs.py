"""Log lines: one JSON object each, on stdout, with the ids of the request and the job in hand."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# RQ hands these to its log records; arguments are the users' business.
HIDDEN_FIELDS = ("arguments", "kwargs", "func")
# RQ says this at each look for lost jobs, which is every few seconds.
NOISE = "Worker %s: cleaning registries for queue: %s"

_context: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)


def bind(**ids: str | None) -> None:
    """Put these ids into all later log lines of this request or job; none of them clears it."""
    _context.set({name: value for name, value in ids.items() if value})


@contextlib.contextmanager
def bound(**ids: str | None) -> Iterator[None]:
    """Put these ids into the log lines of a block."""
    before = _context.get()
    bind(**ids)
    try:
        yield
    finally:
        _context.set(before)


class JsonLine(JsonFormatter):
    """Formats a record as one line: time (UTC), level, process, logger, message and ids."""

    def __init__(self, process: str) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, *HIDDEN_FIELDS],
            static_fields={"process": process},
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Add the time and the ids to the fields of a line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        super().add_fields(log_data, record, message_dict)
        log_data.update(_context.get() or {})


def configure(process: str) -> None:
    """Send the log lines of a process, "web" or "worker", to stdout. Call it once, at its start."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLine(process))
    handler.addFilter(lambda record: record.msg != NOISE)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
