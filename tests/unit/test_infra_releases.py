"""Operations on files, images and releases, each with something to do and with nothing."""

import base64
import shlex
from typing import Any

import pytest
from pyinfra.api import DeployError

from infra.facts.file_states import FileStates
from infra.facts.machine import OwnImages, SlipwayState
from infra.hostfile import HostFile, archive, digest
from infra.onhost import layout
from infra.operations import files, images, release
from tests.support.operations import Outcome, doing, known, nothing, outcome

IMAGE = images.Image("app", (HostFile("Dockerfile", b"FROM x"),), "Dockerfile", "debian:13")


def test_an_image_that_is_built_is_left_alone() -> None:
    built = outcome(images.built, known(OwnImages, {IMAGE.tag, "slipway/x:1"}), image=IMAGE)
    assert built == nothing(f"{IMAGE.tag} is built")


def test_an_image_is_built_from_its_context_alone() -> None:
    built = outcome(images.built, known(OwnImages, {"slipway/app:old"}), image=IMAGE)
    assert built.commands == [
        "base64 --decode | docker buildx build --progress plain --load"
        " --build-arg BASE_IMAGE=debian:13"
        " --secret id=ca_bundle,src=/etc/ssl/certs/ca-certificates.crt"
        f" --file Dockerfile --tag {IMAGE.tag} -"
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


A_FILE = HostFile("/etc/slipway/a b", b"text", "640", 0, 10)
FOLDER = HostFile("/etc/slipway/c d", None, "2770", 1, 2)
STATES = {A_FILE.path: A_FILE.state(), FOLDER.path: FOLDER.state()}


def put(states: dict[str, str]) -> Outcome:
    wanted = [A_FILE, FOLDER]
    fact = known(FileStates, states, paths=tuple(file.path for file in wanted))
    return outcome(files.put, fact, files=wanted)


def test_files_in_place_are_left_alone() -> None:
    assert put(STATES) == nothing("2 files are in place")


@pytest.mark.parametrize(
    "state", ["640:0:10:0", "644:0:10:", "640:1:10:", "640:0:11:", "640:0:10:directory", ""]
)
def test_only_what_differs_is_put(state: str) -> None:
    digest_of_it = A_FILE.state().rsplit(":", 1)[1]
    found = put(STATES | {A_FILE.path: state + digest_of_it if state.endswith(":") else state})
    assert found.commands == [f"sh -c {shlex.quote(files.UNPACK)}"]
    assert found.inputs == [base64.b64encode(archive([A_FILE])).decode()]


def test_directories_are_made_before_what_goes_into_them() -> None:
    found = put({})
    assert found.commands[0] == (
        "install --directory --mode 2770 --owner 1 --group 2 '/etc/slipway/c d'"
    )
    assert found.commands[1:] == [f"sh -c {shlex.quote(files.UNPACK)}"]


PARTS = [HostFile("compose.yaml", b"name: x", "600"), HostFile("routes.conf", b"# passes on")]
RELEASE = "r" + digest(PARTS, "of-the-secrets")
SAID = {"by": "me@laptop", "revision": "0123+"}
STATE = {"current": RELEASE, "up": True, "secrets": "of-the-secrets"}


def switch(name: str, kind: str = "deploy") -> str:
    return release.switch_command(name, kind, **SAID)


def live(state: dict[str, Any]) -> Outcome:
    name = "r" + digest(PARTS, state.get("secrets", ""))
    paths = tuple(file.path for file in release.placed(PARTS, name))
    facts = known(SlipwayState, state, question="release-state"), known(FileStates, {}, paths=paths)
    return outcome(release.live, *facts, files=PARTS, **SAID)


def test_a_release_that_is_live_is_left_alone() -> None:
    assert live(STATE) == nothing(f"release {RELEASE} is live")


@pytest.mark.parametrize("change", [{"current": "old"}, {"current": ""}, {"up": False}])
def test_a_release_is_put_and_then_switched_to(change: dict[str, Any]) -> None:
    found = live(STATE | change)
    assert found.commands == [
        f"install --directory --mode 700 --owner 0 --group 0 /opt/slipway/releases/{RELEASE}"
        f" && install --directory --mode 755 --owner 0 --group 0 {layout.WEB}/{RELEASE}"
        " && install --directory --mode 2770 --owner 10001 --group 10011"
        f" {layout.WEB}/{RELEASE}/socket",
        f"sh -c {shlex.quote(files.UNPACK)}",
        switch(RELEASE),
    ]


def test_other_secrets_make_another_release() -> None:
    other = live(STATE | {"secrets": "others"}).commands
    assert other[-1] == switch("r" + digest(PARTS, "others"))
    assert other[-1] != switch(RELEASE)


def test_the_first_release_needs_no_answer_of_the_host() -> None:
    assert live({}).commands[-1] == switch("r" + digest(PARTS, ""))


def test_the_switch_outlives_the_connection_and_tells_what_it_did() -> None:
    unit = "slipway-switch.service"
    assert release.switch_command("0123", "rollback", "o'neill@laptop", "") == (
        f"systemctl is-active --quiet {unit} &&"
        ' { echo "another change of this host is under way: $(cat /run/slipway.lock)" >&2;'
        " exit 1; };"
        f" began=$(date +%s); systemd-run --quiet --collect --wait --unit {unit}"
        " /usr/local/sbin/slipway switch 0123 --kind rollback"
        """ --by 'o'"'"'neill@laptop' --revision '';"""
        " result=$?; journalctl --quiet --output cat --identifier slipway"
        f" --unit {unit} --since @$began >&2;"
        " exit $result"
    )


def test_a_release_holds_its_files_and_its_name_and_gives_nginx_its_routes() -> None:
    folder, web = f"{layout.RELEASES}/0123", f"{layout.WEB}/0123"
    assert release.placed(PARTS, "0123") == [
        HostFile(folder, None, "700"),
        HostFile(web, None, "755"),
        HostFile(f"{web}/socket", None, "2770", layout.APP_UID, layout.WEB_SOCKET_GID),
        HostFile(f"{folder}/.env", b"RELEASE=0123\n"),
        HostFile(f"{folder}/compose.yaml", b"name: x", "600"),
        HostFile(f"{web}/routes.conf", b"# passes on"),
    ]


KEPT = {"current": "c", "previous": "b", "kept": ["c", "b", "a"]}


def back(name: str) -> Outcome:
    return outcome(release.back, release=name, **SAID)


@pytest.mark.parametrize(("name", "target"), [("", "b"), ("b", "b"), ("a", "a")])
def test_a_rollback_switches_to_a_release_that_is_kept(name: str, target: str) -> None:
    assert release.chosen(name, KEPT) == target
    assert back(target) == doing(switch(target, "rollback"))


@pytest.mark.parametrize(
    ("name", "state", "told"),
    [
        ("c", KEPT, "cannot go back to c; this host keeps b, a"),
        ("x", KEPT, "cannot go back to x; this host keeps b, a"),
        ("", {}, "cannot go back to a release before the current; this host keeps no other"),
        ("", KEPT | {"previous": ""}, "a release before the current; this host keeps b, a"),
        ("", KEPT | {"previous": "gone"}, "cannot go back to gone; this host keeps b, a"),
    ],
)
def test_a_rollback_to_what_is_not_kept_is_refused(
    name: str, state: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeployError, match=f"{told}$"):
        release.chosen(name, state)
