"""Who deploys and from what, in a real git repository."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from infra import origin

PRIVATE = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
           "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull,
           "GIT_CONFIG_SYSTEM": os.devnull}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in the place of the project's, with a file, and without git."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in PRIVATE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(origin, "CHECKOUT", tmp_path)
    (tmp_path / "file").write_text("a")
    return tmp_path


@pytest.fixture
def committed(checkout: Path) -> str:
    """The revision of a repository in that directory."""
    git(checkout, "init", "--quiet")
    git(checkout, "add", "file")
    git(checkout, "commit", "--quiet", "--message", "first")
    return git(checkout, "rev-parse", "HEAD")[:12]


def test_a_clean_checkout_is_its_revision(committed: str) -> None:
    assert origin.revision() == committed
    assert re.fullmatch("[0-9a-f]{12}", committed)


@pytest.mark.parametrize(("name", "text"), [("file", "b"), ("another", "")])
def test_uncommitted_changes_are_marked(
    checkout: Path, committed: str, name: str, text: str
) -> None:
    (checkout / name).write_text(text)
    assert origin.revision() == f"{committed}+"


def test_what_git_ignores_is_no_change(checkout: Path, committed: str) -> None:
    (checkout / ".git" / "info").mkdir(exist_ok=True)
    (checkout / ".git" / "info" / "exclude").write_text("secret\n")
    (checkout / "secret").touch()
    assert origin.revision() == committed


@pytest.mark.usefixtures("checkout")
def test_a_directory_that_is_no_repository_has_no_revision() -> None:
    assert origin.revision() == ""


def test_a_repository_without_a_commit_has_no_revision(checkout: Path) -> None:
    git(checkout, "init", "--quiet")
    assert origin.revision() == ""


@pytest.mark.usefixtures("committed")
def test_a_machine_without_git_has_no_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origin.revision() == ""


def test_the_operator_is_a_name_at_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "o'neill")
    assert origin.operator() == f"o'neill@{os.uname().nodename}"


def test_an_operator_without_an_account_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under any user id."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)  # nobody's
    assert origin.operator() == f"54321@{os.uname().nodename}"
