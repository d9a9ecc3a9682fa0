"""Which folder of the lab may import which."""

import ast
from pathlib import Path

import pytest

from tests.support.processes import ROOT

LAB = ROOT / "lab"
# Each folder imports those before it; `lab` stands for the modules beside them.
ORDER = ["lab", "disk", "surroundings", "machines"]
MODULES = sorted(path for path in LAB.rglob("*.py") if path.name != "__main__.py")


def place(path: Path) -> str:
    return path.parent.name


def imported(path: Path) -> set[str]:
    """The folders of the lab that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lab":
            names = str(node.module).split(".")
            found.add(names[1] if len(names) > 1 and names[1] in ORDER else "lab")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LAB)))
def test_a_folder_imports_only_what_is_below_it(path: Path) -> None:
    assert imported(path) <= set(ORDER[: ORDER.index(place(path)) + 1])
