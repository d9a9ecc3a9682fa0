"""`docker`: the Docker engine, and where base images come from."""

from typing import ClassVar

from infra.settings.fields.section import Section
from infra.settings.fields.types import HttpsUrl, ImageName


class Docker(Section):
    """Docker, and the base image of all images.

    Docker Hub limits how often an address may pull images. Use a mirror if many hosts share one
    address.
    """

    example: ClassVar[str] = """
"docker": {"registry_mirror": "https://mirror.example.org"},  # hosts behind one NAT address
"""

    base_image: ImageName = "debian:trixie-slim"
    """The image that all other images are built from. It must be Debian 13. Another name builds all
    images again: so you get Debian's security updates."""
    registry_mirror: HttpsUrl | None = None
    """A mirror of Docker Hub. Docker asks it first."""
