"""Docker and Compose, from Debian's packages."""

import json
from pathlib import Path

from pyinfra.api import deploy

from infra.hostfile import text
from infra.onhost.layout import LAYOUT
from infra.operations import machine, whole_files
from infra.settings import Settings

CONFIGURATION = Path("/etc/docker/daemon.json")
COMMON = [
    "apparmor",  # a kernel with AppArmor needs its parser, or no container starts
    "ca-certificates",
    "docker-buildx",
    "docker.io",
    "openssl",
    "python3-venv",
]
# What the distributions call Compose, and whether Docker's command is a package of its own.
PACKAGES = {
    "debian": [*COMMON, "docker-cli", "docker-compose"],
    "ubuntu": [*COMMON, "docker-compose-v2"],
}


def daemon(settings: Settings) -> str:
    """dockerd's configuration."""
    mirror = settings.docker.registry_mirror
    options = {
        "live-restore": True,  # containers run on while dockerd restarts or is upgraded
        "log-driver": "journald",  # bounded by journald, and there after a container is gone
        "no-new-privileges": True,
        "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 16384, "Hard": 16384}},
        "userland-proxy": False,
        "registry-mirrors": [str(mirror)] if mirror else [],
    }
    return json.dumps(options, indent=2) + "\n"


@deploy("Docker")
def install(settings: Settings, distribution: str) -> None:
    """Docker runs with its configuration, which is there before the package starts it."""
    whole_files.replace(name="Configure Docker", files=[text(CONFIGURATION, daemon(settings))])
    machine.install_packages(name="Install Docker and Compose", names=PACKAGES[distribution])


@deploy("Docker")
def start() -> None:
    """dockerd has read its configuration and the CA bundle."""
    machine.start_docker(
        name="Restart Docker if its configuration has changed",
        files=[str(CONFIGURATION), str(LAYOUT.ca_bundle)],
    )
