"""Packages, units, images, trust and links, asked on this machine."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from infra.facts import machine
from infra.facts.login_shell import MARKER
from infra.facts.machine import (
    DockerStale,
    ExtraTrust,
    InstalledPackages,
    LinkTarget,
    OwnImages,
    UnitStates,
)
from infra.onhost.layout import Layout
from tests.support.facts import ask, program, read

HOUR = 3600


def test_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "a link").symlink_to("/opt/slipway/certbot/0123")
    assert ask(LinkTarget(), path=str(tmp_path / "a link")) == "/opt/slipway/certbot/0123"
    assert ask(LinkTarget(), path=str(tmp_path / "none")) == ""
    assert ask(LinkTarget(), path=str(tmp_path)) == ""


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="needs Debian's dpkg")
def test_packages_are_known_and_unknown() -> None:
    assert ask(InstalledPackages(), names=("dpkg", "no-such-package")) == ["dpkg"]
    assert ask(InstalledPackages(), names=("no-such-package",)) == []


def test_a_package_that_was_removed_is_not_installed() -> None:
    lines = ["openssl installed", "docker.io config-files", "docker-cli half-installed"]
    assert read(InstalledPackages(), *lines) == ["openssl"]


def test_units_are_read_in_blocks() -> None:
    lines = """
Id=slipway-watchdog.timer
ActiveState=active
UnitFileState=enabled
NeedDaemonReload=no

ActiveState=inactive
Id=slipway-base.service
UnitFileState=
NeedDaemonReload=yes
""".strip().splitlines()
    assert read(UnitStates(), *lines) == {
        "slipway-watchdog.timer": {
            "Id": "slipway-watchdog.timer",
            "ActiveState": "active",
            "UnitFileState": "enabled",
            "NeedDaemonReload": "no",
        },
        "slipway-base.service": {
            "Id": "slipway-base.service",
            "ActiveState": "inactive",
            "UnitFileState": "",
            "NeedDaemonReload": "yes",
        },
    }


def test_units_are_asked_for_in_one_command() -> None:
    assert UnitStates().command(("a.timer", "b@x.service")) == (
        f"echo {MARKER}; systemctl show"
        " --property=Id,ActiveState,UnitFileState,NeedDaemonReload -- a.timer b@x.service"
    )


BEGAN = 1_700_000_000


@pytest.mark.parametrize(
    ("active", "changed", "stale"),
    [(0, BEGAN - HOUR, False), (0, BEGAN + HOUR, True), (3, BEGAN - HOUR, True)],
)
def test_dockerd_is_stale_when_it_is_down_or_older_than_a_file(
    tmp_path: Path, programs: Path, active: int, changed: int, stale: bool
) -> None:
    program(programs, "systemctl", f'[ "$1" = show ] && echo @{BEGAN} && exit; exit {active}')
    for name in ("daemon.json", "bundle"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (BEGAN - HOUR, BEGAN - HOUR))
    os.utime(tmp_path / "bundle", (changed, changed))
    files = (str(tmp_path / "daemon.json"), str(tmp_path / "bundle"))
    assert ask(DockerStale(), programs, files=files) is stale


def test_images_are_known_by_what_was_built_and_by_where_their_tags_lead(
    layout: Layout, programs: Path
) -> None:
    program(programs, "docker", "echo image sha256:2 slipway/app:1; echo image sha256:3 other:1")
    assert ask(OwnImages(), programs)["built"] == {}
    layout.images.mkdir(parents=True)
    (layout.images / "app:1").write_text("sha256:1\n")
    (layout.images / "app:2.new").write_text("sha256:9\n")
    assert ask(OwnImages(), programs) == {
        "tags": {"slipway/app:1": "sha256:2", "other:1": "sha256:3"},
        "built": {"slipway/app:1": "sha256:1"},
        "ids": {"sha256:2", "sha256:3"},
    }


def test_a_host_without_docker_has_no_images(tmp_path: Path) -> None:
    (tmp_path / "base64").symlink_to(shutil.which("base64") or "")
    done = subprocess.run(
        ["/bin/sh", "-c", OwnImages().command()],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{MARKER}\n")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The paths of a host below a directory."""
    layout = Layout(tmp_path)
    monkeypatch.setattr(machine, "LAYOUT", layout)
    return layout


@pytest.fixture
def trust(layout: Layout) -> Path:
    """A folder of CAs, one of them Slipway's, and a bundle with both."""
    folder, bundle = layout.ca_certificates, layout.ca_bundle
    for parent in (folder, bundle.parent):
        parent.mkdir(parents=True)
    for name in ("slipway-1.crt", "other.crt"):
        (folder / name).write_text(f"-----BEGIN-----\n{name}\n-----END-----\n")
    files = ("other.crt", "slipway-1.crt")
    bundle.write_text("".join((folder / name).read_text() for name in files))
    return folder


@pytest.mark.usefixtures("trust")
def test_only_slipway_s_cas_are_named() -> None:
    assert ask(ExtraTrust()) == {"names": {"slipway-1.crt"}, "stale": False}


def test_a_bundle_without_a_ca_is_stale_however_new_it_is(layout: Layout, trust: Path) -> None:
    layout.ca_bundle.write_text((trust / "other.crt").read_text())
    assert ask(ExtraTrust())["stale"] is True


def test_a_bundle_that_was_made_before_is_as_good(trust: Path) -> None:
    later = time.time() + HOUR
    os.utime(trust / "slipway-1.crt", (later, later))
    os.utime(trust, (later, later))
    assert ask(ExtraTrust())["stale"] is False
