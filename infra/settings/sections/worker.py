"""`worker`: the containers that run background jobs."""

from typing import ClassVar

from infra.settings.fields.numbers import Memory, Processes, Seconds
from infra.settings.fields.section import Section
from infra.settings.fields.text import Argument, Name


class Worker(Section):
    """The containers that run background jobs, with RQ.

    Each container runs one job at a time, so `count` is the number of jobs that can run together.
    """

    example: ClassVar[str] = """
"worker": {"count": 2, "job_timeout": 600},  # long reports: up to 10 minutes, two together
"""

    command: tuple[Argument, ...] = ("python3", "-m", "steady_rq", "worker")
    """Command that starts a worker. The worker must take jobs from the queue in `QUEUE`. The
    default is a worker for RQ that every image has: packages/steady-rq/README.md describes it."""
    health_command: tuple[Argument, ...] = ("python3", "-m", "steady_rq", "check")
    """Health check of a worker: a command that runs in its container, and exits with 0 if the
    worker works."""
    count: Processes = 1
    """Number of worker containers."""
    queue: Name = "default"
    """Name of the queue. The workers get it in `QUEUE`."""
    job_timeout: Seconds = 180
    """Seconds that a job may take. After a release, the old workers have this time to finish their
    jobs. The deploy does not wait for them."""
    memory: Memory = "256m"
    """Memory limit of each container."""
