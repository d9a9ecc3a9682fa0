"""A tree as a whole: what the operation sends to a host is run on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.facts.file_states import FileStates
from infra.facts.machine import LinkTarget
from infra.hostfile import HostFile, digest
from infra.operations import whole_tree
from infra.programs import programs
from tests.support.operations import Outcome, known, nothing, outcome

VERSION, LINK = Path("/opt/slipway/programs/new"), Path("/opt/slipway/programs/current")
FILES = [HostFile(f"{VERSION}/onhost/__main__.py", b"print()")]


def install(states: dict[str, str], target: str) -> Outcome:
    facts = (
        known(FileStates, states, paths=tuple(file.path for file in FILES)),
        known(LinkTarget, target, path=str(LINK)),
    )
    return outcome(whole_tree.install, *facts, files=FILES, version=VERSION, link=LINK)


IN_PLACE = {file.path: file.state() for file in FILES}


def test_a_tree_in_place_is_left_alone() -> None:
    assert install(IN_PLACE, str(VERSION)) == nothing("1 files are in place")


@pytest.mark.parametrize("target", ["", "/opt/slipway/programs/old"])
def test_the_link_moves_once_all_files_are_there(target: str) -> None:
    found = install({}, target).commands
    assert found[-1] == whole_tree.move_command(LINK, VERSION)
    assert len(found) == 2


def test_a_file_that_was_changed_is_mended_without_moving_the_link() -> None:
    [command] = install({FILES[0].path: "644:0:0:other"}, str(VERSION)).commands
    assert "tar" in command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three versions, without a link."""
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    return tmp_path


def move(folder: Path, version: str) -> set[str]:
    """Makes a version the current one; the versions that stay."""
    command = whole_tree.move_command(folder / "current", folder / version)
    subprocess.run(["sh", "-c", command], check=True)
    assert (folder / "current").readlink() == folder / version
    return {path.name for path in folder.iterdir()} - {"current"}


def test_the_version_before_stays_and_older_ones_go(folder: Path) -> None:
    assert move(folder, "one") == {"one"}
    (folder / "two").mkdir()
    assert move(folder, "two") == {"one", "two"}
    (folder / "three").mkdir()
    assert move(folder, "three") == {"two", "three"}


def test_a_version_that_a_process_runs_from_stays(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder / "one")}
    words = [sys.executable, "-c", "input()"]
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE) as process:
        (folder / "current").symlink_to(folder / "two")
        assert move(folder, "three") == {"one", "two", "three"}
        process.communicate(b"\n")
    (folder / "four").mkdir()
    assert move(folder, "four") == {"three", "four"}


def test_the_programs_are_all_of_the_package_and_named_by_what_is_in_them() -> None:
    version, files = programs()
    source = CHECKOUT / "infra" / "onhost"
    names = {str(path.relative_to(source)) for path in source.rglob("*.py")}
    found = {str(Path(file.path).relative_to(version / "onhost")) for file in files}
    assert found == names
    changed = [HostFile("onhost/__main__.py", b"other"), *files[1:]]
    assert digest(changed) != version.name
