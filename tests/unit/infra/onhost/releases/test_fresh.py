"""A fresh start: the same files, modes and owners under a name that nothing has had."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import layout, manifest
from infra.onhost.command import Failure
from infra.onhost.inspection import files
from infra.onhost.releases import fresh, history, release
from infra.onhost.releases.switch import Order
from tests.support.onhost import Host, entry, new_host
from tests.support.onhost.stage import Stage, new_stage

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host where a is current, with a secret."""
    with new_host() as host:
        folder = host.release("a")
        (folder / ".env").write_text("RELEASE=a\n")
        (folder / "secrets").mkdir(mode=0o700)
        key = folder / "secrets" / "key"
        key.write_text("of a")
        os.chown(key, 0, layout.APP_UID)
        key.chmod(0o440)
        folder.chmod(0o700)
        host.layout.current.symlink_to("a")
        put = [folder, folder / ".env", folder / "release.json", release.routes(host, "a")]
        put.append(release.socket(host, "a", "uwsgi").parent)
        os.chown(put[-1], layout.APP_UID, layout.WEB_SOCKET_GID)
        put[-1].chmod(0o2770)
        states = {str(path): manifest.state(path) for path in put}
        (folder / manifest.NAME).write_text(json.dumps(states))
        (folder / manifest.NAME).chmod(0o600)
        yield host


def rights(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def test_it_has_the_same_files_under_its_own_name(host: Host) -> None:
    assert fresh.copy(host) == "a-2"
    old, new = release.folder(host, "a"), release.folder(host, "a-2")
    names = {path.relative_to(old) for path in old.rglob("*")}
    assert {path.relative_to(new) for path in new.rglob("*")} == names
    assert {name: rights(new / name) for name in names} == {
        name: rights(old / name) for name in names
    }
    assert rights(new) == rights(old)
    assert (new / ".env").read_text() == "RELEASE=a-2\n"
    assert (new / "secrets" / "key").read_text() == "of a"
    assert release.routes(host, "a-2").read_bytes() == release.routes(host, "a").read_bytes()
    socket = release.socket(host, "a-2", "uwsgi").parent
    assert rights(socket) == (0o2770, layout.APP_UID, layout.WEB_SOCKET_GID)
    assert list(socket.iterdir()) == []


def test_it_is_what_its_manifest_says(host: Host) -> None:
    assert list(files.of_release(host)) == []
    name = fresh.copy(host)
    host.layout.current.unlink()
    host.layout.current.symlink_to(name)
    assert list(files.of_release(host)) == []
    (release.folder(host, name) / "release.json").write_text("{}")
    [difference] = files.of_release(host)
    assert str(difference.subject).endswith("/releases/a-2/release.json")


def test_a_release_of_an_older_version_has_no_manifest(host: Host) -> None:
    (release.folder(host, "a") / manifest.NAME).unlink()
    assert not (release.folder(host, fresh.copy(host)) / manifest.NAME).exists()


def test_its_name_is_new(host: Host) -> None:
    history.write(host, entry("a-2", "a", "restart"))
    (host.layout.releases / "a-3").mkdir()
    assert fresh.copy(host) == "a-4"
    host.layout.current.unlink()
    host.layout.current.symlink_to("a-4")
    assert fresh.copy(host) == "a-5"


def test_what_a_killed_copy_left_is_no_hindrance(host: Host) -> None:
    left = host.layout.releases / ".a-2.new"
    left.mkdir()
    (left / "half").touch()
    fresh.copy(host)
    assert not left.exists()
    assert not (release.folder(host, "a-2") / "half").exists()


def test_without_a_release_there_is_nothing_to_start_anew(host: Host) -> None:
    host.layout.current.unlink()
    with pytest.raises(Failure, match="no release is live"):
        fresh.copy(host)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with new_stage() as stage:
        yield stage


def test_a_restart_is_a_switch_to_a_copy_without_its_release_command(stage: Stage) -> None:
    stage.host.layout.current.unlink()
    stage.host.layout.current.symlink_to("b")
    stage.units("b")
    stage.switch(Order("", "restart", "me@laptop"))
    assert release.current(stage.host) == "b-2"
    last = stage.last()
    assert (last["release"], last["previous"], last["kind"]) == ("b-2", "b", "restart")
    assert "docker compose b-2 up web" in stage.steps()
    assert stage.steps()[-1] == "systemd-run slipway retire b"
    assert not [step for step in stage.steps() if "release-command" in step]
    found = release.state(stage.host)
    assert (found["current"], found["original"]) == ("b-2", "b")
