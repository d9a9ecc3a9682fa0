"""The root of a plain Debian 13 host, and the container image that stands for Debian's own."""

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lab import cache
from lab.processes import run_long

SUITE = "trixie"
PACKAGES = (  # what a cloud image has that the smallest Debian has not
    "systemd-sysv",
    "dbus",
    "libpam-systemd",
    "openssh-server",
    "python3",
    "sudo",
    "ca-certificates",
    "iproute2",
    "procps",
    "netbase",
)
# The slim image leaves these out; the copyright files must stay.
SLIM = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/groff/*",
    "path-exclude=/usr/share/locale/*",
    "path-include=/usr/share/locale/locale.alias",
)
ADDED = {  # what is no use in a container: started services, and packages kept after installing
    "./usr/sbin/policy-rc.d": (0o755, "#!/bin/sh\nexit 101\n"),
    "./etc/apt/apt.conf.d/docker-clean": (
        0o644,
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\n',
    ),
}
IMAGE_RECIPE = f"{SUITE} {SLIM} {ADDED}"


def tarball() -> Path:
    """Give the cached root file system of a host."""
    recipe = " ".join((SUITE, *PACKAGES))
    make = bootstrap("root.tar", f"--include={','.join(PACKAGES)}")
    return cache.entry("root", "the Debian 13 root", recipe, make) / "root.tar"


def image() -> Path:
    """Give the cached container image, in the form that `docker save` writes."""
    what = "the image debian:trixie-slim"
    return cache.entry("image", what, IMAGE_RECIPE, slim_image) / "image.tar"


def bootstrap(name: str, *options: str) -> Callable[[Path], None]:
    """Give a maker of a root file system as a tar file."""

    def make(folder: Path) -> None:
        run_long(
            "mmdebstrap", "--variant=minbase", *options, SUITE, folder / name, log=folder / "log"
        )

    return make


def slim_image(folder: Path) -> None:
    """Make a root without documentation and wrap it as a container image."""
    layer = folder / "layer.tar"
    bootstrap("layer.tar", *(f"--dpkgopt={line}" for line in SLIM))(folder)
    with tarfile.open(layer, "a") as archive:
        for name, (mode, text) in ADDED.items():
            added = tarfile.TarInfo(name)
            added.mode, added.size, added.mtime = mode, len(text), int(time.time())
            archive.addfile(added, io.BytesIO(text.encode()))
    wrap_layer(layer, folder / "image.tar")
    layer.unlink()


def wrap_layer(layer: Path, image: Path) -> None:
    """Put one layer, its configuration and a manifest into an archive that skopeo reads."""
    folder = image.parent
    with layer.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    settings = {
        "created": datetime.now(UTC).isoformat(),
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Cmd": ["bash"],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }
    (folder / "config.json").write_text(json.dumps(settings))
    manifest = [
        {"Config": "config.json", "RepoTags": [f"debian:{SUITE}-slim"], "Layers": ["layer.tar"]}
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(image, "w") as archive:
        for name in ("manifest.json", "config.json", "layer.tar"):
            archive.add(folder / name, arcname=name)
