"""The worker."""

from __future__ import annotations

from steady_rq.worker.steady_worker import SteadyWorker

__all__ = ["SteadyWorker"]
