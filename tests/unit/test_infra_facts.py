"""The facts' commands run in sh on this machine, with programs in place of what is not on it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase

from infra.facts.file_states import FileStates
from infra.facts.machine import (
    DockerStale,
    ExtraTrust,
    InstalledPackages,
    Link,
    OwnImages,
    SlipwayState,
    SlipwayText,
    Units,
)
from infra.hostfile import text
from infra.onhost import layout

HOUR = 3600


def ask(fact: FactBase[Any], programs: Path | None = None, /, **arguments: Any) -> Any:
    """What the fact says, as pyinfra asks it: no output means its default."""
    done = subprocess.run(
        ["sh", "-c", str(fact.command(**arguments))],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,  # a fact that fails would fail the host
    )
    lines = done.stdout.splitlines()
    return fact.process(lines) if lines else fact.default()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A directory that is first on the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_files_that_are_not_there_have_no_state(tmp_path: Path) -> None:
    paths = (str(tmp_path / "none"), str(tmp_path / "no folder" / "none"))
    assert ask(FileStates(), paths=paths) == {}


def test_files_folders_and_links_have_different_states(tmp_path: Path) -> None:
    file, link, folder = tmp_path / "a file", tmp_path / "link", tmp_path / "folder"
    file.write_text("x")
    file.chmod(0o640)
    link.symlink_to(file)
    folder.mkdir(mode=0o750)
    owner = f"{os.geteuid()}:{os.getegid()}"
    wanted = text(file, "x", "640").state().rsplit(":", 1)[1]
    states = ask(FileStates(), paths=(str(file), str(link), str(folder)))
    assert states[str(file)] == f"640:{owner}:{wanted}"
    assert states[str(link)].startswith("777:")  # so a link is never taken for its target
    assert states[str(folder)] == f"750:{owner}:directory"


def test_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "a link").symlink_to("/opt/slipway/certbot/0123")
    assert ask(Link(), path=str(tmp_path / "a link")) == "/opt/slipway/certbot/0123"
    assert ask(Link(), path=str(tmp_path / "none")) == ""
    assert ask(Link(), path=str(tmp_path)) == ""


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="needs Debian's dpkg")
def test_packages_are_known_and_unknown() -> None:
    assert ask(InstalledPackages(), names=("dpkg", "no-such-package")) == ["dpkg"]
    assert ask(InstalledPackages(), names=("no-such-package",)) == []


def test_a_package_that_was_removed_is_not_installed() -> None:
    lines = ["openssl installed", "docker.io config-files", "docker-cli half-installed"]
    assert InstalledPackages().process(lines) == ["openssl"]


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
    assert Units().process(lines) == {
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
    assert Units().command(("a.timer", "b@x.service")) == (
        "systemctl show --property=Id,ActiveState,UnitFileState,NeedDaemonReload"
        " -- a.timer b@x.service"
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


def test_the_images_are_those_of_slipway(programs: Path) -> None:
    program(programs, "docker", 'echo "$*" >&2; echo slipway/app:1; echo slipway/nginx:2')
    assert ask(OwnImages(), programs) == {"slipway/app:1", "slipway/nginx:2"}


def test_a_host_without_docker_has_no_images(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", OwnImages().command()],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of CAs, one of them Slipway's, and a bundle made later."""
    folder, bundle = tmp_path / "cas", tmp_path / "bundle"
    folder.mkdir()
    for name in ("slipway-1.crt", "other.crt"):
        (folder / name).touch()
        os.utime(folder / name, (BEGAN, BEGAN))
    bundle.touch()
    os.utime(folder, (BEGAN, BEGAN))
    monkeypatch.setattr(layout, "CA_CERTIFICATES", folder)
    monkeypatch.setattr(layout, "CA_BUNDLE", bundle)
    return folder


@pytest.mark.usefixtures("trust")
def test_only_slipway_s_cas_are_named() -> None:
    assert ask(ExtraTrust()) == {"names": {"slipway-1.crt"}, "stale": False}


def test_a_bundle_older_than_a_ca_is_stale(trust: Path) -> None:
    later = (trust.parent / "bundle").stat().st_mtime + HOUR
    os.utime(trust / "slipway-1.crt", (later, later))
    assert ask(ExtraTrust())["stale"] is True


def test_a_bundle_older_than_the_removal_of_a_ca_is_stale(trust: Path) -> None:
    (trust / "slipway-1.crt").unlink()
    later = (trust.parent / "bundle").stat().st_mtime + HOUR
    os.utime(trust, (later, later))
    assert ask(ExtraTrust()) == {"names": set(), "stale": True}


def test_the_host_s_program_answers_in_its_last_line(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "slipway", """echo "a warning" >&2; echo progress; echo '{"up": true}'""")
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    assert ask(SlipwayState(), question="base-state") == {"up": True}


@pytest.mark.parametrize("script", ["exit 1", "echo broken >&2; exit 1"])
def test_a_program_that_fails_or_is_missing_answers_nothing(
    programs: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    assert ask(SlipwayState(), question="base-state") == {}
    program(programs, "slipway", script)
    assert ask(SlipwayState(), question="base-state") == {}


def test_what_a_person_asked_for_is_answered_or_refused_aloud(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    question = ["sh", "-c", SlipwayText().command(question="status --json")]
    absent = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert absent.stderr == "Slipway is not on this host: deploy to it first\n"
    program(programs, "slipway", 'echo "$*"; echo broken >&2; exit 1')
    broken = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr) == (1, "broken\n")
    program(programs, "slipway", 'echo "$*"')
    assert ask(SlipwayText(), question="status --json") == ["status --json"]
