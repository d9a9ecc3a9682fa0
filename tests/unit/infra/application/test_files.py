"""Which files of a source go into the image, and which cannot."""

import os
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from infra.application.files import source_files
from infra.hostfile import HostFile, archive
from infra.settings.fields.section import FieldError


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def kept(source: Path, dockerfile: str = "") -> list[str]:
    return sorted(source_files(source, dockerfile).kept)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


EVERYWHERE = ("app.py", ".well-known/security.txt", ".env", "logs/a.log", "logs/keep.log", "up.db")
NEVER = (
    ".git/HEAD", "venv/x", ".venv/x", "node_modules/x/y.js", "__pycache__/app.pyc",
    "pkg/__pycache__/a.pyc", "env311/pyvenv.cfg", "env311/lib/site.py",
)  # fmt: skip
IGNORE = "*.log\n!keep.log\n/up.db\n.env\n"


def test_without_rules_all_comes_along_but_what_is_nobody_s_source(tmp_path: Path) -> None:
    assert kept(filled(tmp_path, *EVERYWHERE, *NEVER)) == sorted(EVERYWHERE)


@pytest.mark.parametrize("repository", [True, False])
def test_what_git_ignores_is_left_out_also_where_there_is_no_repository(
    tmp_path: Path, repository: bool
) -> None:
    source = filled(tmp_path, *EVERYWHERE, *NEVER[1:], "inner/a.txt", "inner/up.db", "inner/b.txt")
    (source / ".gitignore").write_text(IGNORE + "venv\n.venv\nenv311\nnode_modules\n__pycache__\n")
    (source / "inner/.gitignore").write_text("b.*\n!.gitignore\n")
    if repository:
        git(source, "init")
    found = source_files(source)
    assert sorted(found.kept) == [
        ".gitignore", ".well-known/security.txt", "app.py", "inner/.gitignore", "inner/a.txt",
        "inner/up.db", "logs/keep.log",
    ]  # fmt: skip
    assert {".env", "inner/b.txt", "logs/a.log", "up.db"} <= set(found.left_out)


def test_what_git_has_although_it_ignores_it_comes_along(tmp_path: Path) -> None:
    source = filled(tmp_path, "app.py", ".flaskenv")
    (source / ".gitignore").write_text(".*env\n")
    git(source, "init")
    git(source, "add", "--force", ".flaskenv")
    assert ".flaskenv" in kept(source)
    (source / ".flaskenv").unlink()  # not committed yet
    assert kept(source) == [".gitignore", "app.py"]


def test_a_source_in_a_folder_that_git_ignores_has_its_own_rules(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / ".gitignore").write_text("made/\n")
    assert kept(filled(tmp_path / "made", "app.py", "a.log")) == ["a.log", "app.py"]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("logs\n.env", ["app.py", "up.db", ".well-known/security.txt"]),
        ("*.log", ["app.py", ".env", "logs/a.log", "logs/keep.log", "up.db",
                   ".well-known/security.txt"]),  # at the root alone
        ("**/*.log\n*.db\n# up\n.*", ["app.py"]),
        ("logs/\n!logs/keep.log\n.*\n/up.db", ["app.py", "logs/keep.log"]),
        ("*\n!app.py\n!logs\nlogs/a*", ["app.py", "logs/keep.log"]),
        ("  ./logs  \n\n.well-known\n.env\nup.??", ["app.py"]),
    ],
)  # fmt: skip
def test_a_dockerignore_says_what_is_left_out(tmp_path: Path, rules: str, left: list[str]) -> None:
    source = filled(tmp_path, *EVERYWHERE)
    (source / ".dockerignore").write_text(rules)
    (source / ".gitignore").write_text("app.py\n")  # not asked then
    found = {name for name in kept(source) if name not in {".dockerignore", ".gitignore"}}
    assert found == set(left)


def test_docker_takes_dockerfile_and_rules_though_they_are_left_out(tmp_path: Path) -> None:
    source = filled(tmp_path, "app.py", "docker/Dockerfile", "venv/x")
    (source / ".dockerignore").write_text("*\n")
    assert kept(source, "docker/Dockerfile") == [".dockerignore", "docker/Dockerfile"]
    (source / "docker/Dockerfile.dockerignore").write_text("app.py\n")
    assert "venv/x" in kept(source, "docker/Dockerfile")


def test_links_are_followed(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", "app.py")
    (source / "shared").symlink_to(filled(tmp_path / "other", "a.py", "deep/b.py"))
    (source / "copy.py").symlink_to("app.py")
    names = ["app.py", "copy.py", "shared/a.py", "shared/deep/b.py"]
    assert kept(source) == names
    git(source, "init")
    assert kept(source) == names


@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("gone", "/no/such/file", "leads nowhere: remove it"),
        ("sub", "..", "leads to a folder that holds it: remove it"),
    ],
)
def test_a_link_that_cannot_be_followed_is_refused_by_name(
    tmp_path: Path, name: str, target: str, reason: str, repository: bool
) -> None:
    source = filled(tmp_path, "app.py")
    if target == "..":
        (source / name).mkdir()
        (source / name / "x").symlink_to(target)
    else:
        (source / name).symlink_to(target)
    if repository:
        git(source, "init")
    with pytest.raises(FieldError) as refused:
        source_files(source)
    assert str(refused.value).startswith(f"the link {source}/{name}")
    assert reason in str(refused.value)
    assert refused.value.path == "app.source"


def test_a_link_that_is_left_out_may_lead_nowhere(tmp_path: Path) -> None:
    source = filled(tmp_path, "app.py")
    (source / "gone").symlink_to("/no/such/file")
    (source / ".gitignore").write_text("gone\n")
    assert kept(source) == [".gitignore", "app.py"]
    (source / ".dockerignore").write_text("gone\n.*\n")
    assert kept(source) == ["app.py"]
    git(source, "init")
    (source / ".dockerignore").unlink()
    assert kept(source) == [".gitignore", "app.py"]


@pytest.mark.parametrize("repository", [True, False])
def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path, repository: bool) -> None:
    source = filled(tmp_path, "app.py")
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9.txt")).write_text("x")
    if repository:
        git(source, "init")
    with pytest.raises(FieldError, match=r"caf\\udce9.txt is not UTF-8: rename it"):
        source_files(source)


def test_a_source_without_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    (tmp_path / ".dockerignore").write_text("*")
    with pytest.raises(FieldError, match="has no files for the image"):
        source_files(tmp_path)


def test_a_file_s_time_follows_its_content(tmp_path: Path) -> None:
    def times(content: str) -> dict[str, float]:
        (tmp_path / "a.css").write_text(content)
        (tmp_path / "b.css").write_text("same")
        files = [HostFile(path.name, None, local=path) for path in tmp_path.iterdir()]
        with tarfile.open(fileobj=BytesIO(archive(files))) as tar:
            return {member.name: member.mtime for member in tar}

    first, changed, again = times("red"), times("sad"), times("red")
    assert first["a.css"] != changed["a.css"]
    assert first["b.css"] == changed["b.css"]
    assert first == again
    assert all(978307200 <= time < 1609459200 for time in first.values())  # 2001 to 2020
