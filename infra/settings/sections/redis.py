"""`redis`: the Redis server."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import Size


class Redis(Section):
    """The Redis server. It keeps its data in an append-only file on a volume.

    The data may take 60 % of the memory: Redis needs the rest when it rewrites its file.
    """

    example: ClassVar[str] = """
"redis": {"memory": "512m"},
"""

    memory: Size = "256m"
    """Memory limit of the container."""
