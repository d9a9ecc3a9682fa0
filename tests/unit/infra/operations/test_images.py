"""Images are built only where their tag is missing."""

import base64

from infra.facts.machine import OwnImages
from infra.hostfile import HostFile, archive
from infra.operations import images
from tests.support.operations import known, nothing, outcome

IMAGE = images.Image("app", (HostFile("Dockerfile", b"FROM x"),), "Dockerfile", "debian:13")


def test_an_image_that_is_built_is_left_alone() -> None:
    built = outcome(images.build, known(OwnImages, {IMAGE.tag, "slipway/x:1"}), image=IMAGE)
    assert built == nothing(f"{IMAGE.tag} is built")


def test_an_image_is_built_from_its_context_alone() -> None:
    built = outcome(images.build, known(OwnImages, {"slipway/app:old"}), image=IMAGE)
    assert built.commands == [
        'said=$(mktemp); trap "rm --force $said" EXIT;'
        " base64 --decode | docker buildx build --progress plain --load"
        " --build-arg BASE_IMAGE=debian:13"
        " --secret id=ca_bundle,src=/etc/ssl/certs/ca-certificates.crt"
        f" --file Dockerfile --tag {IMAGE.tag} -"
        ' > "$said" 2>&1 && exit; /usr/local/sbin/slipway build-reason < "$said" >&2'
        ' || tail --lines 40 "$said" >&2; exit 1'
    ]
    assert built.inputs == [base64.b64encode(archive(IMAGE.files)).decode()]


def test_the_tag_of_an_image_changes_with_all_that_it_is_built_from() -> None:
    other = [
        images.Image("app", IMAGE.files, "Dockerfile", "debian:14"),
        images.Image("app", (HostFile("Dockerfile", b"FROM y"),), "Dockerfile", "debian:13"),
        images.Image("app", (HostFile("Dockerfile", b"FROM x", "755"),), "Dockerfile", "debian:13"),
    ]
    assert len({IMAGE.tag, *(image.tag for image in other)}) == 4
    assert IMAGE.tag.startswith("slipway/app:")
