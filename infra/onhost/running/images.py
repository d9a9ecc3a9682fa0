"""Images, by the ids that were built and not by the names that lead to them."""

from collections.abc import Iterator

from ..command import Failure
from ..config import Host
from ..difference import Difference
from ..releases import release
from ..services import compose, engine


def wanted(host: Host, tag: str) -> str:
    """The id that was built for a tag; empty when no build has said so."""
    file = host.layout.images / tag.rpartition("/")[2]
    return file.read_text().strip() if file.is_file() else ""


def tags(host: Host) -> list[str]:
    """The tags that the base and the current release run from."""
    folders = [host.layout.base]
    if current := release.current(host):
        folders.append(release.folder(host, current))
    projects = [compose.read(host, folder) for folder in folders]
    return sorted({one["image"] for project in projects for one in project.services.values()})


def differences(host: Host) -> Iterator[Difference]:
    """Tags that lead to another image than the one that was built, or to none."""
    for tag in tags(host):
        built, found = wanted(host, tag), engine.image(host, tag)
        if not built:
            yield Difference(f"the image {tag}", "has no record of what was built")
        elif not found:
            yield Difference(f"the image {tag}", "is not there")
        elif found != built:
            yield Difference(f"the image {tag}", "is not the one that was built")


def retag(host: Host) -> list[str]:
    """The pairs `id tag` of images that are there, while their tag leads elsewhere or nowhere."""
    found = []
    for tag in tags(host):
        built = wanted(host, tag)
        try:
            if built and engine.image(host, tag) != built and engine.image(host, built):
                found.append(f"{built} {tag}")
        except Failure:
            continue
    return found
