"""`redis`: the Redis server."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import Memory


class Redis(Section):
    """The Redis server. It stores its data in an append-only file on a Docker volume.

    The data can use 60 % of `memory`. Redis needs the rest while it writes its file again. When the
    60 % are full, Redis deletes nothing: new jobs are refused with 503.
    """

    example: ClassVar[str] = """
"redis": {"memory": "512m"},  # many jobs, or jobs with large arguments and results
"""

    memory: Memory = "256m"
    """Memory limit of the container."""
