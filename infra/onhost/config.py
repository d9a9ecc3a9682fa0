"""What the programs on the host know of the settings: /etc/slipway/host.json, read once."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from . import layout
from .command import Failure


@dataclass(frozen=True)
class HostConfig:
    """The settings that the programs on the host need."""

    domain: str
    email: str
    acme_directory: str
    key_type: str
    https_port: int
    secrets: list[str]
    made_secrets: list[str]
    keep_releases: int
    """How many releases stay on the host, the current one among them."""

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def load(path: Path = layout.HOST_CONFIG) -> HostConfig:
    """The configuration of this host. Raises Failure when the file is missing or not ours."""
    try:
        return HostConfig(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise Failure(f"{path}: {error}; a deploy writes this file") from error
