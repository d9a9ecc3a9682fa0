"""Remove releases that nobody will go back to, with their images, static files and passwords.

The kept ones stay whole.
"""

import shutil
from pathlib import Path

from .. import layout
from ..base import apply
from ..command import Failure, run, say
from ..config import HostConfig
from ..services import docker
from . import history, release, static_files


def try_to(config: HostConfig) -> None:
    """Prunes; what goes wrong is said, and has time until the next switch."""
    try:
        prune(config)
    except (Failure, OSError) as error:
        say(f"old releases stay until the next switch: {error}")


def prune(config: HostConfig) -> None:
    """Keeps the last releases that were live and whatever runs; needs no registry."""
    kept = {*history.kept(config.keep_releases), release.current(), *release.known()}
    stopping = set(docker.releases(docker.projects()))
    for folder in _folders():
        if folder.name not in kept | stopping:
            shutil.rmtree(layout.WEB / folder.name, ignore_errors=True)
            shutil.rmtree(folder)
    _prune_library()
    _prune_images()
    static_files.prune(folder.name for folder in _folders())
    apply.follow_passwords()


def _folders() -> list[Path]:
    return sorted(path for path in layout.RELEASES.iterdir() if path.is_dir())


def _prune_library() -> None:
    """Removes the programs of version 0.1 once no container can be started that runs one."""
    named = str(layout.LIBRARY_0_1)
    files = layout.RELEASES.glob("*/compose.yaml")
    if not any(named in file.read_text() for file in files):
        shutil.rmtree(layout.LIBRARY_0_1, ignore_errors=True)


def _prune_images() -> None:
    """Removes the images of the application and of its tests that no release on the host names."""
    named = set()
    for folder in _folders():
        try:
            found = release.load(folder.name)
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
            say(f"left the image {image}: {failure}")
