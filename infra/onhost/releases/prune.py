"""Remove releases that nobody will go back to, with their images, static files and passwords.

The kept ones stay whole.
"""

import shutil
from pathlib import Path

from .. import layout
from ..base import apply
from ..command import Failure, run, say
from ..config import Host
from ..layout import LAYOUT
from ..services import docker
from . import history, release, static_files


def attempt(host: Host) -> None:
    """Prunes; what goes wrong is said, and has time until the next switch."""
    try:
        prune(host)
    except (Failure, OSError) as error:
        say(f"old releases were not deleted, the next switch tries again: {error}")


def prune(host: Host) -> None:
    """Keeps the last releases that were live and whatever runs; needs no registry."""
    live = history.kept(host, host.config.keep_releases)
    kept = {*live, release.current(host), *release.active(host)}
    stopping = set(docker.releases(docker.projects()))
    for folder in _folders(host):
        if folder.name not in kept | stopping:
            shutil.rmtree(host.layout.web / folder.name, ignore_errors=True)
            shutil.rmtree(folder)
    _prune_library(host)
    _prune_images(host)
    static_files.prune(host, [folder.name for folder in _folders(host)])
    apply.follow_passwords(host)


def _folders(host: Host) -> list[Path]:
    return sorted(path for path in host.layout.releases.iterdir() if path.is_dir())


def _prune_library(host: Host) -> None:
    """Removes the programs of version 0.1 once no container can be started that runs one."""
    named = str(LAYOUT.library_0_1)  # as a container sees it
    files = host.layout.releases.glob("*/compose.yaml")
    if not any(named in file.read_text() for file in files):
        shutil.rmtree(host.layout.library_0_1, ignore_errors=True)


def _prune_images(host: Host) -> None:
    """Removes the images of the application and of its tests that no release on the host names."""
    named = set()
    for folder in _folders(host):
        try:
            found = release.load(host, folder.name)
        except Failure:
            return  # a release that cannot be read may need any image
        named |= {found.image, found.acceptance_image}
    mine = (layout.IMAGE.format(name=name, digest="*") for name in ("app", "acceptance"))
    filters = [word for one in mine for word in ("--filter", f"reference={one}")]
    shown = run("docker", "image", "ls", *filters, "--format", "{{.Repository}}:{{.Tag}}")
    for image in set(shown.split()) - named:
        try:
            run("docker", "image", "rm", image)
        except Failure as failure:  # another tag or a container of the operator's holds it
            say(f"could not remove the image {image}: {failure}")
