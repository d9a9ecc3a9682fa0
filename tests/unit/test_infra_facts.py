"""The facts' commands run in sh on this machine, with programs in place of what is not on it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase

from infra.facts import host as facts
from infra.facts.files import HostFiles
from infra.facts.host import (
    DockerImages,
    DockerStale,
    ExtraTrust,
    InstalledPackages,
    Link,
    SlipwayState,
    SlipwayText,
    Units,
)
from infra.hostfile import text
from infra.onhost.layout import Layout

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
    assert ask(HostFiles(), paths=paths) == {}


def test_files_folders_and_links_have_different_states(tmp_path: Path) -> None:
    file, link, folder = tmp_path / "a file", tmp_path / "link", tmp_path / "folder"
    file.write_text("x")
    file.chmod(0o640)
    link.symlink_to(file)
    folder.mkdir(mode=0o750)
    owner = f"{os.geteuid()}:{os.getegid()}"
    wanted = text(file, "x", "640").state().rsplit(":", 1)[1]
    states = ask(HostFiles(), paths=(str(file), str(link), str(folder)))
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
    assert ask(DockerImages(), programs) == {"slipway/app:1", "slipway/nginx:2"}


def test_a_host_without_docker_has_no_images(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", DockerImages().command()],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The paths of a host below a directory."""
    layout = Layout(tmp_path)
    monkeypatch.setattr(facts, "LAYOUT", layout)
    return layout


@pytest.fixture
def trust(layout: Layout) -> Path:
    """A folder of CAs, one of them Slipway's, and a bundle made later."""
    folder, bundle = layout.ca_certificates, layout.ca_bundle
    for parent in (folder, bundle.parent):
        parent.mkdir(parents=True)
    for name in ("slipway-1.crt", "other.crt"):
        (folder / name).touch()
        os.utime(folder / name, (BEGAN, BEGAN))
    bundle.touch()
    os.utime(folder, (BEGAN, BEGAN))
    return folder


@pytest.fixture
def slipway(layout: Layout) -> Callable[[str], None]:
    """Puts the command `slipway`, which runs this script."""
    layout.command.parent.mkdir(parents=True)
    return lambda script: program(layout.command.parent, layout.command.name, script)


@pytest.mark.usefixtures("trust")
def test_only_slipway_s_cas_are_named() -> None:
    assert ask(ExtraTrust()) == {"names": {"slipway-1.crt"}, "stale": False}


def test_a_bundle_older_than_a_ca_is_stale(layout: Layout, trust: Path) -> None:
    later = layout.ca_bundle.stat().st_mtime + HOUR
    os.utime(trust / "slipway-1.crt", (later, later))
    assert ask(ExtraTrust())["stale"] is True


def test_a_bundle_older_than_the_removal_of_a_ca_is_stale(layout: Layout, trust: Path) -> None:
    (trust / "slipway-1.crt").unlink()
    later = layout.ca_bundle.stat().st_mtime + HOUR
    os.utime(trust, (later, later))
    assert ask(ExtraTrust()) == {"names": set(), "stale": True}


def test_the_host_s_program_answers_in_its_last_line(
    slipway: Callable[[str], None],
) -> None:
    slipway("""echo "a warning" >&2; echo progress; echo '{"up": true}'""")
    assert ask(SlipwayState(), question="base-state") == {"up": True}


@pytest.mark.parametrize("script", ["exit 1", "echo broken >&2; exit 1"])
def test_a_program_that_fails_or_is_missing_answers_nothing(
    slipway: Callable[[str], None], script: str
) -> None:
    assert ask(SlipwayState(), question="base-state") == {}
    slipway(script)
    assert ask(SlipwayState(), question="base-state") == {}


def test_what_a_person_asked_for_is_answered_or_refused_aloud(
    slipway: Callable[[str], None],
) -> None:
    question = ["sh", "-c", SlipwayText().command(question="status --json")]
    absent = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert absent.stderr == "Slipway is not on this host: deploy to it first\n"
    slipway('echo "$*"; echo broken >&2; exit 1')
    broken = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr) == (1, "broken\n")
    slipway('echo "$*"')
    assert ask(SlipwayText(), question="status --json") == ["status --json"]
