"""Build images on the host; the tag is the digest of what goes in, so a built one is right."""

import base64
import shlex
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import StringCommand

from infra.facts.machine import OwnImages
from infra.hostfile import HostFile, digest, pack
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.operations.operation import operation

LINE = 3 * 2**14  # bytes in a line of base64, without an end to fill up


@dataclass(frozen=True)
class Image:
    """An image: its name, the files of its build context, its Dockerfile among them, its base."""

    name: str
    files: tuple[HostFile, ...]
    dockerfile: str
    base_image: str
    arguments: tuple[str, ...] = ()
    """More build arguments, as NAME=value."""

    @property
    def tag(self) -> str:
        """Name and digest of all that it is built from."""
        return layout.IMAGE.format(
            name=self.name, digest=digest(self.files, self.base_image, *self.arguments)
        )


# dockerd's proxies, from the settings or of the host's own, for what a build fetches: arguments of
# these names leave no trace in the image. docker info hides a password, so one with it is no use.
PROXIES = (
    "set --; for pair in http_proxy=HTTPProxy https_proxy=HTTPSProxy no_proxy=NoProxy; do"
    ' value=$(docker info --format "{{.${pair#*=}}}" 2>/dev/null);'
    ' case "$value" in ""|*xxxxx*) ;; *) set -- "$@" --build-arg "${pair%%=*}=$value";; esac; done;'
)


class PackedContext(list[str]):
    """The lines of a build context in base64, made while they are sent: it may be large.

    pyinfra takes the lines of a list.
    """

    def __init__(self, files: Sequence[HostFile]) -> None:
        super().__init__()
        self.files = files

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        with tempfile.TemporaryFile() as packed:
            pack(self.files, packed)
            packed.seek(0)
            while part := packed.read(LINE):
                yield base64.b64encode(part).decode()


def build_command(image: Image) -> StringCommand:
    """The command that builds an image; the context travels on its standard input.

    When that fails, it says the reason first.
    Builds trust what the host trusts, by a build secret that leaves no trace in the image.
    """
    arguments = (f"BASE_IMAGE={image.base_image}", *image.arguments)
    options = [
        *(("build-arg", argument) for argument in arguments),
        ("secret", f"id=ca_bundle,src={LAYOUT.ca_bundle}"),
        ("file", image.dockerfile),
        ("tag", image.tag),
    ]
    words = " ".join(f"--{key} {shlex.quote(value)}" for key, value in options)
    return StringCommand(
        'said=$(mktemp); trap "rm --force $said" EXIT;'
        f' {PROXIES} base64 --decode | docker buildx build --progress plain --load "$@" {words} -'
        f' > "$said" 2>&1 && {keep_command(image.tag)} && exit;'
        f' {LAYOUT.command} build-reason < "$said" >&2 || tail --lines 40 "$said" >&2; exit 1',
        _stdin=PackedContext(image.files),
    )


def keep_command(tag: str) -> str:
    """The command that keeps the id of the image that was built, in a file of the tag's name."""
    file = LAYOUT.images / tag.rpartition("/")[2]
    new = f"{file}.$$.new"  # the build of a deploy that was killed may end at the same time
    return (
        f"mkdir --parents {LAYOUT.images}"
        f" && docker image inspect --format '{{{{.Id}}}}' {tag} > {new} && mv {new} {file}"
    )


@operation()
def build(image: Image) -> Generator[StringCommand, None, None]:
    """The image is there, with the tag of what it is built from, and it is the one that was built.

    A tag that leads elsewhere is put back while the image is there.
    """
    found = host.get_fact(OwnImages)
    built = found["built"].get(image.tag)
    if built and found["tags"].get(image.tag) == built:
        host.noop(f"{image.tag} is built")
    elif built in found["ids"]:
        yield StringCommand(f"docker image tag {built} {image.tag}")
    else:
        yield build_command(image)
