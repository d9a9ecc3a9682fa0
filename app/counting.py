"""A job that takes its time: it counts.

Jobs in Redis name the function by its path, app.counting.count: a release that has it elsewhere
cannot run the jobs of the one before, which wait in the queue.
"""

from __future__ import annotations

import time

from rq import get_current_job

from steady_rq import JobFailed

PAUSE = 1.0  # seconds from one number to the next


def count(number: int, fail_at: int | None = None) -> int:
    """Count from 1 to `number`, keeping its progress (percent); return the last number.

    Fails when it comes to `fail_at`. Run again after a worker died, it goes on where it stood.
    """
    job = get_current_job()
    if job is None:
        raise RuntimeError("count() runs in a worker only")
    counted: int = job.meta.get("counted", 0)
    while counted < number:
        if counted:
            time.sleep(PAUSE)
        if counted + 1 == fail_at:
            raise JobFailed(f"The job was set to fail at {fail_at}.")
        counted += 1
        message = f"Counted {counted} of {number}."
        job.meta.update(counted=counted, progress=100 * counted // number, message=message)
        job.save_meta()  # type: ignore[no-untyped-call]  # RQ leaves it unannotated
    return counted
