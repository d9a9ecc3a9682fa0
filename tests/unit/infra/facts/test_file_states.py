"""The state of files, asked on this machine."""

import os
from pathlib import Path

from infra.facts.file_states import FileStates
from infra.hostfile import text
from tests.support.facts import ask


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
