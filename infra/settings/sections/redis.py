"""`redis`: the Redis server."""

from typing import ClassVar, Literal

from infra.settings.fields.numbers import Memory
from infra.settings.fields.section import Section


class Redis(Section):
    """The Redis server. It stores its data in an append-only file on a Docker volume.

    The data can use 60 % of `memory`. Redis needs the rest while it writes its file again. When the
    60 % are full, Redis deletes nothing: new jobs are refused with 503.

    The application reaches it by a Unix socket, and by TCP at `redis:6379` in a network that only
    Redis and the application's containers are in
    ([which URL](bring-your-own-app.md#redis)).
    """

    example: ClassVar[str] = """
"redis": {"memory": "512m"},  # many jobs, or jobs with large arguments and results
"""

    enabled: bool = True
    """Whether there is a Redis. `False` is for an application that uses none: no Redis runs, and
    the application gets no `REDIS_URL`. The data of an earlier Redis stay on the host."""
    memory: Memory = "256m"
    """Memory limit of the container."""
    fsync: Literal["always", "everysec"] = "always"
    """When a change is written to the disk. `always`: before it is acknowledged, so a power cut or
    a full disk loses no acknowledged job. `everysec`: once a second, which needs fewer writes; a
    power cut can lose the jobs of the last second."""
