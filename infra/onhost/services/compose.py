"""What a compose file asks for, as compose itself reads it."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..command import replace, run
from ..config import Host

SECRET_VARIABLES = "secrets.env"  # noqa: S105  variables with secrets in them, of a release
FILES = ("compose.yaml", ".env", SECRET_VARIABLES)


@dataclass(frozen=True)
class Project:
    """A compose project."""

    name: str
    services: dict[str, dict[str, Any]]
    networks: dict[str, dict[str, Any]]
    volumes: dict[str, dict[str, Any]]
    secrets: dict[str, dict[str, Any]]
    hashes: dict[str, str]
    """What compose labels the containers of a service with."""


def read(host: Host, folder: Path) -> Project:
    """The project in a directory. Raises Failure when compose cannot read it.

    What compose said of these very files is kept until the host restarts: asking takes long.
    """
    files = [folder / name for name in FILES if (folder / name).exists()]
    program = shutil.which("docker") or ""
    parts = [str(folder), program, *(file.read_text() for file in files)]
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    kept = host.layout.compose_cache / f"{name}.json"
    try:
        return Project(**json.loads(kept.read_text()))
    except (OSError, ValueError, TypeError):
        found = _ask(folder)
    host.layout.compose_cache.mkdir(mode=0o700, exist_ok=True)
    replace(kept, json.dumps(found.__dict__).encode(), 0o600)
    return found


def _ask(folder: Path) -> Project:
    compose = ("docker", "compose", "--project-directory", folder, "config")
    written = run(*compose, "--format", "json")
    data = json.loads(written)
    lines = _hashes(folder, written).splitlines()
    for service in data["services"].values():
        service.pop("environment", None)  # it may have secrets, and nobody asks for it
    return Project(
        data["name"],
        data["services"],
        networks=data.get("networks") or {},
        volumes=data.get("volumes") or {},
        secrets=data.get("secrets") or {},
        hashes=dict(line.split() for line in lines if line.strip()),
    )


def _hashes(folder: Path, written: str) -> str:
    """What compose labels containers with, a line for each service.

    For its labels compose takes the variables of an `env_file` into account, and for this command
    it does not: so it is given what it has made of the files.
    """
    compose = ("docker", "compose", "--project-directory", folder)
    if (folder / SECRET_VARIABLES).exists():
        return run(*compose, "--file", "-", "config", "--hash", "*", given=written)
    return run(*compose, "config", "--hash", "*")
