"""An application that asks for its own version gets it, although it is not installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.application.project import files

ASK = """
from importlib.metadata import entry_points, version
print(version("my-shop"), *(one.value for one in entry_points(group="flask.commands")))
"""
PROJECT = """
[project]
name = "My.Shop"
version = "1.2.0"
[project.entry-points."flask.commands"]
Fill = "shop.cli:fill"
"""


def asked(folder: Path, project: str) -> str:
    (folder / "pyproject.toml").write_text(project)
    for name, content in files(folder, []).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env={"PYTHONPATH": str(folder)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("project", "answer"),
    [
        (PROJECT, "1.2.0 shop.cli:fill"),
        (PROJECT.replace('version = "1.2.0"', 'dynamic = ["version"]'), "0 shop.cli:fill"),
        ('[tool.poetry]\nname = "my-shop"\nversion = "3"\n', "3"),
    ],
)
def test_it_is_found_as_if_it_was_installed(tmp_path: Path, project: str, answer: str) -> None:
    assert asked(tmp_path, project) == answer


@pytest.mark.parametrize("project", ["", "[tool.ruff]\n", "[project\n"])
def test_a_project_without_a_name_has_none(tmp_path: Path, project: str) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    assert files(tmp_path, []) == {}


def test_what_the_source_brings_itself_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    assert files(tmp_path, ["my_shop-1.dist-info/METADATA"]) == {}
