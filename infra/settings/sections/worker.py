"""`worker`: the containers that run background jobs."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import Argument, Name, Processes, Seconds, Size


class Worker(Section):
    """The containers that run background jobs, with RQ.

    Each container runs one job at a time: `count` is the number of jobs at the same time.
    """

    example: ClassVar[str] = """
"worker": {"count": 2, "job_timeout": 600},  # a release waits up to 10 minutes for old jobs
"""

    command: tuple[Argument, ...] = ("python3", "-m", "app.worker")
    """Command that the container runs. It takes jobs from the queue in `QUEUE`."""
    health_command: tuple[Argument, ...] = ("python3", "-m", "app.worker", "--check")
    """Command that exits with 0 in the worker's container while the worker lives."""
    count: Processes = 1
    """Number of worker containers."""
    queue: Name = "default"
    """Queue that the workers take jobs from."""
    job_timeout: Seconds = 180
    """Seconds that a job may take. A release waits as long for the jobs of the old workers."""
    memory: Size = "256m"
    """Memory limit of each container."""
