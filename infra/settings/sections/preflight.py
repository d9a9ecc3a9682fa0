"""`preflight`: what a host must have before anything on it is changed."""

from typing import ClassVar

from infra.settings.fields.numbers import Seconds, Size
from infra.settings.fields.section import Section


class Preflight(Section):
    """The least that a host must have. A deploy checks this before it changes anything.

    Without enough disk or memory, a deploy would fail in the middle. With a wrong clock, valid
    certificates look expired.
    """

    example: ClassVar[str] = """
"preflight": {"free_disk": "10g"},  # the application's image is large
"""

    free_disk: Size = "4g"
    """Free disk space on the disk of `/var/lib`. Only the first deploy to a host checks it."""
    memory: Size = "900m"
    """Memory of the host, in all."""
    clock_difference: Seconds = 120
    """Seconds that the host's clock and your machine's clock may differ."""
