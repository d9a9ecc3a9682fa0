"""A worker for RQ that loses no job when it is stopped, and a health check that finds a hung one.

The names below are imported when they are first used: the health check runs often, and needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steady_rq.flask import SteadyRQ
    from steady_rq.jobs.cancellation import cancel
    from steady_rq.jobs.failure import JobFailed
    from steady_rq.worker import SteadyWorker

__version__ = "0.1.0"
__all__ = ["JobFailed", "SteadyRQ", "SteadyWorker", "cancel"]

_HOMES = {
    "JobFailed": "steady_rq.jobs.failure",
    "SteadyRQ": "steady_rq.flask",
    "SteadyWorker": "steady_rq.worker",
    "cancel": "steady_rq.jobs.cancellation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
