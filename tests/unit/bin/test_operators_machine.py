"""What an operator's machine runs needs neither GNU's tools nor a new bash: it may be a Mac."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

COMMANDS = ("venv", "slipway")  # those that an operator of a VM runs
NEWER_BASH = re.compile(
    r"\b(mapfile|readarray|coproc)\b|declare -[Aglnu]|local -[An]|\$\{[^}]*(,,|\^\^|@[A-Za-z])"
    r"|EPOCH|BASHPID|&>>|\|&|;;&|;&|\[\[ -v|wait -n|shopt -s (globstar|lastpipe|inherit_errexit)"
)


@pytest.fixture(params=["busybox", "toybox"])
def tools(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A PATH on which the tools of one program come first, and GNU's are few."""
    box = shutil.which(str(request.param))
    if not box:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path / "tools"
    folder.mkdir()
    listed = subprocess.run(
        [box, *(["--list"] if "busybox" in box else [])], capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split():
        if name not in {"python3", "bash", "sh"} and "/" not in name:
            (folder / name).symlink_to(box)
    for name in ("python3", "bash", "env"):
        path = folder / name
        path.unlink(missing_ok=True)
        path.symlink_to(shutil.which(name) or "")
    assert (folder / "sed").exists()
    return str(folder)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment, and a lock of no packages: nothing is fetched."""
    made = tmp_path / "a check'out"
    shutil.copytree(ROOT / "bin", made / "bin")
    (made / "requirements").mkdir()
    (made / "requirements" / "deploy.txt").write_text("# nothing\n")
    (made / "requirements" / "dev.txt").write_text("# nothing for development\n")
    (made / ".venv" / "bin").mkdir(parents=True)
    (made / ".venv" / "bin" / "python3").symlink_to(sys.executable)
    return made


def venv(checkout: Path, path: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / "bin" / "venv", *words], env={"PATH": path, "HOME": str(checkout)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def stamp(checkout: Path) -> Path:
    """What says that the environment holds the lock of the moment."""
    content = (checkout / "requirements" / "deploy.txt").read_bytes()
    return checkout / ".venv" / "locked" / hashlib.sha256(content).hexdigest()[:16]


@pytest.mark.slow
def test_the_environment_is_made_and_kept_up_to_date(checkout: Path, tools: str) -> None:
    shutil.rmtree(checkout / ".venv")
    for content in ("# nothing\n", "# nothing else\n"):
        (checkout / "requirements" / "deploy.txt").write_text(content)
        made = venv(checkout, tools, "deploy")
        assert (made.returncode, made.stdout) == (0, ""), made.stderr
        assert list((checkout / ".venv" / "locked").iterdir()) == [stamp(checkout)]
    assert (checkout / ".venv" / "bin" / "pip").exists()


def test_the_environment_is_found_again(checkout: Path, tools: str) -> None:
    stamp(checkout).parent.mkdir()
    stamp(checkout).touch()
    again = venv(checkout, tools, "deploy")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_the_usage_is_shown(checkout: Path, tools: str) -> None:
    told = venv(checkout, tools, "--help")
    assert (told.returncode, told.stdout.splitlines()[1]) == (0, "usage: bin/venv deploy|dev")


def test_a_python_that_is_too_old_is_passed_over(checkout: Path, tools: str) -> None:
    """A Mac's own python3 is one."""
    folder = Path(tools)
    (folder / "python3").unlink()
    (folder / "python3").write_text("#!/bin/sh\necho Python 3.9.6\nexit 1\n")
    (folder / "python3").chmod(0o755)
    refused = venv(checkout, tools, "deploy")
    assert refused.returncode == 1
    assert refused.stderr == "Slipway needs Python 3.11 or later; this is Python 3.9.6\n"
    (folder / "python3.11").symlink_to(shutil.which("python3") or "")
    stamp(checkout).parent.mkdir()
    stamp(checkout).touch()
    assert venv(checkout, tools, "deploy").returncode == 0


def test_status_is_asked_for_with_the_tools_of_any_system(tools: str) -> None:
    asked = subprocess.run(
        [ROOT / "bin" / "slipway", "--help"], env={"PATH": tools},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert "status" in asked.stdout


def test_without_the_environment_the_command_that_makes_it_is_named(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    asked = subprocess.run(
        [checkout / "bin" / "slipway", "status"],
        capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert asked.returncode == 1
    missing = f"{checkout}/.venv/bin/python3 does not exist"
    assert asked.stderr == f"{missing}: run bin/venv deploy\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_operators_is_for_an_old_bash(name: str) -> None:
    """macOS has bash 3.2, which cannot be had here: shellcheck does not know the versions."""
    text = (ROOT / "bin" / name).read_text()
    assert not NEWER_BASH.search(text)
    assert not re.search(r"\b\w+=\(", text)  # with `set -u`, 3.2 refuses an empty array
    subprocess.run(["bash", "--posix", "-n", ROOT / "bin" / name], check=True)


def test_text_has_the_same_line_ends_everywhere() -> None:
    """Git for Windows would give WSL scripts that end in a carriage return."""
    shown = subprocess.run(
        ["git", "check-attr", "eol", "--", "bin/venv", "README.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line.rsplit(" ", 1)[1] for line in shown.stdout.splitlines()] == ["lf", "lf"]


def test_no_two_files_differ_in_case_alone() -> None:
    """A Mac's file system would keep one of them."""
    shown = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = shown.stdout.splitlines()
    assert len({name.lower() for name in names}) == len(names)
