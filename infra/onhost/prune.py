"""Remove releases that nobody will go back to, with their images; the kept ones stay whole."""

import shutil
from pathlib import Path

from . import containers, history, layout, release
from .command import Failure, run, say
from .config import HostConfig


def prune(config: HostConfig) -> None:
    """Keeps the last releases that were live and whatever runs; needs no registry."""
    kept = {*history.kept(config.keep_releases), release.current(), *release.known()}
    stopping = set(containers.releases())
    for folder in _folders():
        if folder.name not in kept | stopping:
            shutil.rmtree(layout.WEB / folder.name, ignore_errors=True)
            shutil.rmtree(folder)
    _prune_images()


def _folders() -> list[Path]:
    return sorted(path for path in layout.RELEASES.iterdir() if path.is_dir())


def _prune_images() -> None:
    """Removes the images of the application that no release on the host names."""
    named = set()
    for folder in _folders():
        try:
            named.add(release.load(folder.name).image)
        except Failure:
            return  # a release that cannot be read may need any image
    mine = layout.IMAGE.format(name="app", digest="*")
    shown = run("docker", "image", "ls", "--filter", f"reference={mine}",
                "--format", "{{.Repository}}:{{.Tag}}")  # fmt: skip
    for image in set(shown.split()) - named:
        try:
            run("docker", "image", "rm", image)
        except Failure as failure:  # another tag or a container of the operator's holds it
            say(f"left the image {image}: {failure}")
