"""What dockerd runs with, where it says so, against its file."""

from collections.abc import Callable, Iterator
from typing import Any

from ..config import Host
from ..difference import Difference
from ..services import engine
from ..typed import read

# For a key of the file, what `docker info` says of it.
SAID: dict[str, Callable[[dict[str, Any]], Any]] = {
    "live-restore": lambda info: info["LiveRestoreEnabled"],
    "log-driver": lambda info: info["LoggingDriver"],
    "no-new-privileges": lambda info: any("no-new-priv" in one for one in info["SecurityOptions"]),
    "registry-mirrors": lambda info: [
        one.rstrip("/") for one in (info.get("RegistryConfig") or {}).get("Mirrors") or []
    ],
    "data-root": lambda info: info["DockerRootDir"],
    "storage-driver": lambda info: info["Driver"],
    "default-runtime": lambda info: info["DefaultRuntime"],
}


def differences(host: Host) -> Iterator[Difference]:
    """Settings for which dockerd has another value than its file."""
    wanted = read(host.layout.docker_config)
    info = engine.get(host, "/info")
    for key, said in SAID.items():
        if key in wanted and _plain(wanted[key]) != said(info):
            yield Difference("dockerd", f"runs with {key} {said(info)}, not {wanted[key]}")


def _plain(value: Any) -> Any:
    return [one.rstrip("/") for one in value] if isinstance(value, list) else value
