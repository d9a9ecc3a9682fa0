"""`docker`: the Docker engine, and where base images come from."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import HttpsUrl, ImageName


class Docker(Section):
    """The Docker engine, and where base images come from.

    A mirror helps where many hosts share one address: Docker Hub limits pulls by address.
    """

    example: ClassVar[str] = """
"docker": {"registry_mirror": "https://mirror.example.org"},
"""

    base_image: ImageName = "debian:trixie-slim"
    """The one image that all other images are built from."""
    registry_mirror: HttpsUrl | None = None
    """A mirror of Docker Hub that is asked first."""
