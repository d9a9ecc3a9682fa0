"""Who may import whom in the application, and how much a folder may hold."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.processes import ROOT

APP = ROOT / "app"
FOLDERS = sorted({path.parent for path in APP.rglob("*.py")})
# From the bottom to the top: a folder or module imports what stands before it alone.
LAYERS = (
    "config",
    "logs",
    "multiprocess_metrics",
    "jobs",
    "counting",
    "steady_rq.conf",
    "sign_in",
    "extensions",
    "views",
    "app",
    "wsgi",
)


def part(names: list[str]) -> str:
    """The folder or module of app/ that a dotted name leads into; `app` for the factory."""
    known = len(names) > 1 and (APP / names[1]).with_suffix(".py").exists()
    folder = len(names) > 1 and (APP / names[1]).is_dir()
    return names[1] if known or folder else "app"


def imported(path: Path) -> set[str]:
    """The parts of the application that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {part(name.split(".")) for name in names if name.split(".")[0] == "app"}
    return found


def graph() -> dict[str, set[str]]:
    """What each part imports of the others."""
    found: dict[str, set[str]] = {}
    for path in APP.rglob("*.py"):
        inside = path.relative_to(APP).with_suffix("").parts
        own = "app" if inside == ("__init__",) else inside[0]
        found.setdefault(own, set()).update(imported(path) - {own})
    return found


def test_folders_import_each_other_in_one_direction() -> None:
    found = graph()
    assert sorted(found) == sorted(LAYERS)
    upward = [
        f"{own} imports {other}"
        for own, others in found.items()
        for other in others
        if LAYERS.index(other) > LAYERS.index(own)
    ]
    assert upward == []
    TopologicalSorter(found).prepare()  # raises CycleError


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_holds_about_a_dozen_modules(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= 13


def test_what_runs_jobs_needs_no_flask() -> None:
    """Jobs could serve any other application, or none."""
    for path in APP.glob("jobs/*.py"):
        assert "flask" not in path.read_text().lower(), path
        assert not imported(path) & {"extensions", "views", "sign_in", "app"}, path
