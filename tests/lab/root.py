"""The root of a plain Debian 13 host, and the container image that stands for Debian's own."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

from tests.lab import cache
from tests.lab.processes import run_long

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


def tarball() -> Path:
    """Give the cached root file system of a host."""
    key = hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()[:8]
    included = f"--include={','.join(PACKAGES)}"
    made = cache.entry(f"root-{key}", "the Debian 13 root", bootstrap("root.tar", included))
    return made / "root.tar"


def image() -> Path:
    """Give the cached container image, in the form that `docker save` writes."""
    return cache.entry("image", "the image debian:trixie-slim", slim_image) / "image.tar"


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
    # Services cannot start in a container, and downloaded packages only make its layers big.
    policy = "printf '#!/bin/sh\\nexit 101\\n' >\"$1/usr/sbin/policy-rc.d\""
    clean = (
        "echo 'DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb\"; };'"
        ' >"$1/etc/apt/apt.conf.d/docker-clean"'
    )
    hooks = (policy, 'chmod 755 "$1/usr/sbin/policy-rc.d"', clean)
    bootstrap(
        "layer.tar",
        *(f"--dpkgopt={line}" for line in SLIM),
        *(f"--customize-hook={hook}" for hook in hooks),
    )(folder)
    wrap_layer(layer, folder / "image.tar")
    layer.unlink()


def wrap_layer(layer: Path, image: Path) -> None:
    """Put one layer, its configuration and a manifest into an archive that skopeo reads."""
    folder = image.parent
    with layer.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    settings = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                   "Cmd": ["bash"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }
    (folder / "config.json").write_text(json.dumps(settings))
    manifest = [{"Config": "config.json", "RepoTags": [f"debian:{SUITE}-slim"],
                 "Layers": ["layer.tar"]}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(image, "w") as archive:
        for name in ("manifest.json", "config.json", "layer.tar"):
            archive.add(folder / name, arcname=name)
