"""A release is put and switched to, or an older one is live again."""

import json
import shlex
from typing import Any

import pytest
from pyinfra.api import DeployError

from infra.facts.file_states import FileStates
from infra.facts.slipway import SlipwayState
from infra.hostfile import HostFile, digest
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.operations import switch, whole_files
from tests.support.operations import Outcome, doing, known, nothing, outcome

PARTS = [HostFile("compose.yaml", b"name: x", "600"), HostFile("routes.conf", b"# passes on")]
RELEASE = "r" + digest(PARTS, "of-the-secrets")
SAID = {"by": "me@laptop", "revision": "0123+"}
STATE = {"current": RELEASE, "up": True, "secrets": "of-the-secrets"}


def switching(name: str, kind: str = "deploy") -> str:
    return switch.switch_command(name, kind, **SAID)


def live(state: dict[str, Any]) -> Outcome:
    name = "r" + digest(PARTS, state.get("secrets", ""))
    paths = tuple(file.path for file in switch.placed(PARTS, name))
    facts = known(SlipwayState, state, question="release-state"), known(FileStates, {}, paths=paths)
    return outcome(switch.deploy, *facts, files=PARTS, **SAID)


def test_a_release_that_is_live_is_left_alone() -> None:
    assert live(STATE) == nothing(f"release {RELEASE} is live")


def test_a_fresh_start_of_it_is_left_alone() -> None:
    started = STATE | {"current": f"{RELEASE}-2", "original": RELEASE}
    assert live(started) == nothing(f"release {RELEASE} is live")


@pytest.mark.parametrize("change", [{"current": "old"}, {"current": ""}, {"up": False}])
def test_a_release_is_put_and_then_switched_to(change: dict[str, Any]) -> None:
    found = live(STATE | change)
    assert found.commands == [
        f"install --directory --mode 700 --owner 0 --group 0 /opt/slipway/releases/{RELEASE}"
        f" && install --directory --mode 755 --owner 0 --group 0 {LAYOUT.web}/{RELEASE}"
        " && install --directory --mode 2770 --owner 10001 --group 10011"
        f" {LAYOUT.web}/{RELEASE}/socket"
        " && install --directory --mode 700 --owner 10001 --group 10001"
        f" {LAYOUT.web}/{RELEASE}/spool",
        f"sh -c {shlex.quote(whole_files.UNPACK)}",
        switching(RELEASE),
    ]


def test_other_secrets_make_another_release() -> None:
    other = live(STATE | {"secrets": "others"}).commands
    assert other[-1] == switching("r" + digest(PARTS, "others"))
    assert other[-1] != switching(RELEASE)


def test_the_first_release_needs_no_answer_of_the_host() -> None:
    assert live({}).commands[-1] == switching("r" + digest(PARTS, ""))


def test_the_switch_outlives_the_connection_and_tells_what_it_did() -> None:
    unit = "slipway-switch.service"
    assert switch.switch_command("0123", "rollback", "o'neill@laptop", "") == (
        f"systemctl is-active --quiet {unit} &&"
        ' { echo "another change of this host is under way: $(cat /run/slipway.lock)" >&2;'
        " exit 1; };"
        f" began=$(date +%s); systemd-run --quiet --collect --wait --unit {unit}"
        " /usr/local/sbin/slipway switch 0123 --kind rollback"
        """ --by 'o'"'"'neill@laptop' --revision '';"""
        " result=$?; journalctl --quiet --all --output cat --identifier slipway"
        f" --unit {unit} --since @$began >&2;"
        " exit $result"
    )


def test_a_release_holds_its_files_and_its_name_and_gives_nginx_its_routes() -> None:
    folder, web = f"{LAYOUT.releases}/0123", f"{LAYOUT.web}/0123"
    *put, manifest = switch.placed(PARTS, "0123")
    assert put == [
        HostFile(folder, None, "700"),
        HostFile(web, None, "755"),
        HostFile(f"{web}/socket", None, "2770", layout.APP_UID, layout.WEB_SOCKET_GID),
        HostFile(f"{web}/spool", None, "700", layout.APP_UID, layout.APP_UID),
        HostFile(f"{folder}/.env", b"RELEASE=0123\n"),
        HostFile(f"{folder}/compose.yaml", b"name: x", "600"),
        HostFile(f"{web}/routes.conf", b"# passes on"),
    ]
    assert (manifest.path, manifest.mode) == (f"{folder}/manifest.json", "600")
    assert json.loads(manifest.content or b"") == {file.path: file.state() for file in put}


KEPT = {"current": "c", "previous": "b", "kept": ["c", "b", "a"]}


def back(name: str) -> Outcome:
    return outcome(switch.roll_back, release=name, **SAID)


@pytest.mark.parametrize(("name", "target"), [("", "b"), ("b", "b"), ("a", "a")])
def test_a_rollback_switches_to_a_release_that_is_kept(name: str, target: str) -> None:
    assert switch.chosen(name, KEPT) == target
    assert back(target) == doing(switching(target, "rollback"))


@pytest.mark.parametrize(
    ("name", "state", "told"),
    [
        ("c", KEPT, "cannot go back to c: this host keeps b, a"),
        ("x", KEPT, "cannot go back to x: this host keeps b, a"),
        ("", {}, "cannot go back to an older release: this host keeps no other"),
        ("", KEPT | {"previous": ""}, "an older release: this host keeps b, a"),
        ("", KEPT | {"previous": "gone"}, "cannot go back to gone: this host keeps b, a"),
    ],
)
def test_a_rollback_to_what_is_not_kept_is_refused(
    name: str, state: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeployError, match=f"{told}$"):
        switch.chosen(name, state)
