"""A job that takes its time: it counts."""

from __future__ import annotations

import time

from rq import get_current_job

PAUSE = 1.0  # seconds from one number to the next


def count(number: int) -> int:
    """Count from 1 to `number`, keeping its progress (percent); return the last number.

    Run again after a worker died, it goes on where it stood.
    """
    job = get_current_job()
    if job is None:
        raise RuntimeError("count() runs in a worker only")
    counted: int = job.meta.get("counted", 0)
    while counted < number:
        if counted:
            time.sleep(PAUSE)
        counted += 1
        job.meta.update(counted=counted, progress=100 * counted // number)
        job.save_meta()  # type: ignore[no-untyped-call]  # RQ leaves it unannotated
    return counted
