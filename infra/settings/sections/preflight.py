"""`preflight`: what a host must have before anything on it is changed."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import Seconds, Size


class Preflight(Section):
    """What a host must have before anything on it is changed.

    A deploy that runs out of disk or memory fails in the middle. A wrong clock makes certificates
    look expired.
    """

    example: ClassVar[str] = """
"preflight": {"free_disk": "10g"},  # the application's image is large
"""

    free_disk: Size = "4g"
    """Free disk where Docker keeps its data."""
    memory: Size = "900m"
    """Memory of the host."""
    clock_difference: Seconds = 120
    """Seconds that the host's clock may differ from this machine's."""
