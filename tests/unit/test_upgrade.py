"""What the test of the upgrade builds on: the version before, from git's history."""

import subprocess
from pathlib import Path

import pytest

from tests.support.processes import ROOT
from tests.upgrade.clone import IncompleteHistoryError, version_before


def test_a_clone_without_history_is_told_how_to_get_it(tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "init", "--quiet", str(shallow)], check=True)
    with pytest.raises(IncompleteHistoryError, match="git fetch --unshallow") as told:
        version_before().archive(shallow)
    assert version_before().version in str(told.value)


def test_the_version_before_stands_in_the_changelog_and_is_not_this_one() -> None:
    heads = [
        line.split()[1]
        for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    assert version_before().version in heads[1:]
