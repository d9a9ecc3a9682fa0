"""A registry mirror with debian:trixie-slim and nothing else."""

import json
import socket
from pathlib import Path

from lab import cache, network, processes
from lab.disk import root
from lab.paths import Clone, replace
from lab.processes import run
from lab.progress import LabError
from lab.surroundings import acme, certificates, dns

DOMAIN = f"mirror.{dns.ZONE}"
PORT = 5000
URL = f"https://{DOMAIN}:{PORT}"
IMAGE = f"library/debian:{root.SUITE}-slim"


def storage() -> Path:
    """Give the cached folder that the registry serves."""
    return cache.entry("mirror", "the registry mirror", root.IMAGE_RECIPE, fill)


def fill(folder: Path) -> None:
    """Push the image through a registry that runs for just that long."""
    archive = root.image()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    start(folder, {"addr": address}, folder / "data", writable=True)
    try:
        if not processes.wait_until(lambda: network.answers(address), 15):
            raise LabError("the registry does not answer while it is filled")
        run(
            *("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"),
            *(f"docker-archive:{archive}", f"docker://{address}/{IMAGE}"),
        )
    finally:
        processes.stop(folder / "registry.pid")


def serve(clone: Clone, gateway: str) -> None:
    """Start the clone's mirror if it does not run."""
    if processes.running(clone.services / "registry.pid"):
        return
    certificate, key = certificates.issue(clone, DOMAIN, gateway)
    http: dict[str, object] = {
        "addr": f"{gateway}:{PORT}",
        "tls": {"certificate": str(certificate), "key": str(key)},
    }
    start(clone.services, http, storage() / "data", writable=False)
    if not processes.wait_until(lambda: network.answers(f"{gateway}:{PORT}"), 15):
        raise LabError(f"the registry does not answer, see {clone.services / 'registry.log'}")


def start(folder: Path, http: dict[str, object], data: Path, *, writable: bool) -> None:
    """Start a registry with its configuration, log and pid file in a folder."""
    config = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {
            "filesystem": {"rootdirectory": str(data)},
            "maintenance": {"readonly": {"enabled": not writable}},
        },
        "http": http,
    }
    file = folder / "registry.yml"
    replace(file, json.dumps(config, indent=2))  # JSON is YAML, too
    program = acme.programs() / "usr/bin/docker-registry"
    # A registry that is being filled must not outlive a killed run.
    bound = ("setpriv", "--pdeathsig", "KILL") if writable else ()
    command = (*bound, program, "serve", file)
    env = {"OTEL_TRACES_EXPORTER": "none"}  # it would look for a collector of traces
    processes.start(command, folder / "registry.pid", folder / "registry.log", env)


def stop(clone: Clone) -> None:
    """Stop the clone's mirror."""
    processes.stop(clone.services / "registry.pid")
