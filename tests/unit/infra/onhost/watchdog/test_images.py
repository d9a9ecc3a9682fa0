"""A tag that was moved or removed by hand gets its image back; what is not known is left."""

import os

import pytest

from infra.onhost.watchdog.watch import watch
from tests.support.onhost import Host
from tests.support.onhost.watched import docker, done, image_of, well, with_

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
TAG = "slipway/app:1"
IMAGE = image_of(TAG)
TAGS = {one: image_of(one) for one in (TAG, "slipway/nginx:1", "slipway/redis:1")}


@pytest.fixture(autouse=True)
def kept(host: Host) -> None:
    """The builds have left word of their images."""
    host.layout.images.mkdir(parents=True)
    for tag, image in TAGS.items():
        (host.layout.images / tag.removeprefix("slipway/")).write_text(f"{image}\n")


LOST = {tag: image for tag, image in TAGS.items() if tag != TAG}


@pytest.mark.parametrize("tags", [TAGS | {TAG: "sha256:another"}, LOST], ids=["moved", "removed"])
def test_a_tag_gets_its_image_back(host: Host, tags: dict[str, str]) -> None:
    docker(host, well(host).values(), tags=tags, images=[IMAGE])
    watch(host)
    assert done(host) == [f"docker tag {IMAGE} {TAG}"]


def test_a_container_of_another_image_is_made_again(host: Host) -> None:
    docker(host, with_(host, web={"image": "sha256:another"}), images=[IMAGE])
    watch(host)
    [call] = [call for call in host.called() if " up " in call]
    assert call.endswith("up --detach --no-deps --scale web=1 web")  # compose compares the image


def test_what_is_missing_is_made_from_the_right_image(host: Host) -> None:
    found = well(host)
    del found["web"]
    docker(host, found.values(), tags=TAGS | {TAG: "sha256:another"}, images=[IMAGE])
    watch(host)
    assert done(host) == [f"docker tag {IMAGE} {TAG}", "docker compose a up web"]


def test_an_image_that_is_gone_is_given_to_nothing(host: Host) -> None:
    docker(host, well(host).values(), tags=TAGS | {TAG: "sha256:another"})
    watch(host)
    assert done(host) == []


def test_of_an_image_without_word_nothing_is_known(host: Host) -> None:
    """The last deploy was of an earlier version."""
    (host.layout.images / "app:1").unlink()
    docker(host, well(host).values(), tags=TAGS | {TAG: "sha256:another"}, images=[IMAGE])
    watch(host)
    assert done(host) == []
