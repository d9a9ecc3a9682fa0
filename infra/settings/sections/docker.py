"""`docker`: the Docker engine, and where base images come from."""

from typing import Annotated, ClassVar

from pydantic import Field

from infra.settings.fields.network import AddressPool, HttpsUrl
from infra.settings.fields.numbers import Integer
from infra.settings.fields.remote_paths import HostFolder
from infra.settings.fields.section import Section
from infra.settings.fields.text import ImageName


class Docker(Section):
    """The Docker engine, and where base images come from.

    A deploy installs Debian's Docker. If Docker's own packages (`docker-ce`) are on the host, they
    are used. What others wrote into `/etc/docker/daemon.json` stays, unless it contradicts
    one of these settings.

    A mirror helps where many hosts share one address: Docker Hub limits pulls by address.
    """

    example: ClassVar[str] = """
"docker": {
    "registry_mirror": "https://mirror.example.org",
    "address_pools": ["10.99.0.0/20"],  # 172.17.0.0/16 is a customer's
    "mtu": 1400,  # the host's network is a tunnel
},
"""

    base_image: ImageName = "debian:trixie-slim"
    """The one image that all other images are built from."""
    registry_mirror: HttpsUrl | None = None
    """A mirror of Docker Hub that is asked first."""
    data_root: HostFolder | None = None
    """Folder on the host where Docker keeps images, containers and volumes. It cannot be changed
    once something is in it. `None`: Docker's own, `/var/lib/docker`."""
    address_pools: tuple[AddressPool, ...] = ()
    """Networks from which Docker takes the addresses of containers, a small part for each release.
    Empty: 172.17.0.0/16, unless the host's Docker has another configuration."""
    mtu: Annotated[Integer, Field(ge=576, le=65535)] | None = None
    """Largest packet of the containers' networks, in bytes. `None`: 1500."""
