"""The tree of folders in CONTRIBUTING is the tree that git tracks."""

import re
import subprocess
from pathlib import PurePosixPath

from tests.support.processes import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINE = re.compile(r"(?P<indent> *)(?P<name>[\w.-]+)/ +(?P<text>\S.*)")


def tree() -> list[str]:
    """The folders that the document names, in its order, as paths."""
    [block] = re.findall(
        r"^## The folders\n+```\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL
    )
    above: list[str] = []
    found = []
    for line in block.splitlines():
        match = LINE.fullmatch(line)
        assert match, f"not a folder with its text: {line!r}"
        del above[len(match["indent"]) // 4 :]
        above.append(match["name"])
        found.append("/".join(above))
    return found


def tracked() -> set[str]:
    """Every folder with a tracked file that is there."""
    shown = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [name for name in shown.stdout.splitlines() if (ROOT / name).exists()]
    folders = {str(folder) for name in files for folder in PurePosixPath(name).parents}
    return folders - {"."}


def parent(folder: str) -> str:
    return folder.rpartition("/")[0]


def test_the_tree_names_no_folder_that_is_not_there() -> None:
    assert [folder for folder in tree() if folder not in tracked()] == []


def test_the_tree_names_each_folder_beside_those_that_it_names() -> None:
    opened = {parent(folder) for folder in tree()}  # the depth that the document shows
    beside = {folder for folder in tracked() if parent(folder) in opened}
    assert sorted(beside - set(tree())) == []


def test_the_tree_is_in_order() -> None:
    named = tree()
    for folder in {parent(name) for name in named}:
        within = [name for name in named if parent(name) == folder]
        assert within == sorted(within)
