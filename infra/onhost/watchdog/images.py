"""Which image each tag was built for: a tag may be moved or removed by hand."""

from collections.abc import Iterable

from ..command import run, succeeds
from ..config import Host
from ..running import images


def built(host: Host, tags: Iterable[str]) -> dict[str, str]:
    """The image of each tag, where a build has left word of it."""
    found = {tag: images.wanted(host, tag) for tag in tags}
    return {tag: image for tag, image in found.items() if image}


def exists(image: str) -> bool:
    """Whether the host has an image of this id."""
    return succeeds("docker", "image", "inspect", image)


def give(tag: str, image: str) -> None:
    """The tag leads to this image."""
    run("docker", "tag", image, tag)
