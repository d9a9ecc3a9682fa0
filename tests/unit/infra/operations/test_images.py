"""Images are built only where none is that was built from the same, and tags lead to those."""

import base64
import subprocess
from pathlib import Path

import pytest

from infra.facts.machine import OwnImages
from infra.hostfile import HostFile, archive
from infra.operations import images
from tests.support.facts import program
from tests.support.operations import Outcome, doing, known, nothing, outcome

IMAGE = images.Image("app", (HostFile("Dockerfile", b"FROM x"),), "Dockerfile", "debian:13")


def build(tags: dict[str, str], built: dict[str, str], *ids: str) -> Outcome:
    fact = known(OwnImages, {"tags": tags, "built": built, "ids": {*tags.values(), *ids}})
    return outcome(images.build, fact, image=IMAGE)


def test_an_image_that_is_built_is_left_alone() -> None:
    found = build({IMAGE.tag: "sha256:1"}, {IMAGE.tag: "sha256:1"})
    assert found == nothing(f"{IMAGE.tag} is built")


@pytest.mark.parametrize("tags", [{}, {IMAGE.tag: "sha256:2"}])
def test_a_tag_that_leads_elsewhere_leads_to_what_was_built_again(tags: dict[str, str]) -> None:
    found = build(tags, {IMAGE.tag: "sha256:1"}, "sha256:1")
    assert found == doing(f"docker image tag sha256:1 {IMAGE.tag}")


@pytest.mark.parametrize("built", [{}, {IMAGE.tag: "sha256:1"}])
def test_a_tag_alone_is_no_image_of_ours(built: dict[str, str]) -> None:
    assert "docker buildx build" in build({IMAGE.tag: "sha256:2"}, built).commands[0]


def test_an_image_is_built_from_its_context_alone_and_its_id_is_kept() -> None:
    built = build({}, {})
    file = f"/opt/slipway/images/{IMAGE.tag.removeprefix('slipway/')}"
    assert built.commands == [
        'said=$(mktemp); trap "rm --force $said" EXIT;'
        f" {images.PROXIES} base64 --decode | docker buildx build --progress plain --load"
        ' "$@" --build-arg BASE_IMAGE=debian:13'
        " --secret id=ca_bundle,src=/etc/ssl/certs/ca-certificates.crt"
        f" --file Dockerfile --tag {IMAGE.tag} -"
        ' > "$said" 2>&1 && mkdir --parents /opt/slipway/images'
        f" && docker image inspect --format '{{{{.Id}}}}' {IMAGE.tag} > {file}.$$.new"
        f" && mv {file}.$$.new {file}"
        ' && exit; /usr/local/sbin/slipway build-reason < "$said" >&2'
        ' || tail --lines 40 "$said" >&2; exit 1'
    ]
    [lines] = built.inputs
    assert lines  # else pyinfra would send nothing
    assert base64.b64decode("\n".join(lines)) == archive(IMAGE.files)


def test_the_tag_of_an_image_changes_with_all_that_it_is_built_from() -> None:
    other = [
        images.Image("app", IMAGE.files, "Dockerfile", "debian:14"),
        images.Image("app", (HostFile("Dockerfile", b"FROM y"),), "Dockerfile", "debian:13"),
        images.Image("app", (HostFile("Dockerfile", b"FROM x", "755"),), "Dockerfile", "debian:13"),
    ]
    assert len({IMAGE.tag, *(image.tag for image in other)}) == 4
    assert IMAGE.tag.startswith("slipway/app:")


@pytest.mark.parametrize(
    ("proxies", "arguments"),
    [
        ({}, []),
        (
            {"HTTPSProxy": "http://p:3128", "NoProxy": "a b,c"},
            ["--build-arg", "https_proxy=http://p:3128", "--build-arg", "no_proxy=a b,c"],
        ),
        ({"HTTPProxy": "http://xxxxx:xxxxx@p:3128"}, []),  # as docker info shows a password
    ],
)
def test_a_build_goes_by_the_proxies_that_dockerd_has(
    tmp_path: Path, proxies: dict[str, str], arguments: list[str]
) -> None:
    cases = "".join(f"'{{{{.{name}}}}}') echo '{value}';;" for name, value in proxies.items())
    program(tmp_path, "docker", f'case "$3" in {cases} esac')
    script = images.PROXIES + ' for word in "$@"; do echo "$word"; done'
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == arguments
