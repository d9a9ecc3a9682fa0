"""The rooms of the programs on the host: which folder may import which."""

import ast
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT

ONHOST = CHECKOUT / "infra" / "onhost"
# Each folder imports those before it, and these modules; nothing imports those after it.
# The alerts come early: they must work when the rest is broken.
BELOW = [
    "layout",
    "plain",
    "alerts",
    "command",
    "locks",
    "typed",
    "config",
    "attention",
    "difference",
    "manifest",
]
FOLDERS = [
    "services",
    "processes",
    "web",
    "diagnosis",
    "credentials",
    "certificates",
    "base",
    "releases",
    "running",
    "inspection",
    "mending",
    "site",
    "watchdog",
    "status",
    "verbs",
]
ABOVE = {"__main__", "commands"}
MOST = 13  # modules in a folder
MODULES = sorted(path for path in ONHOST.rglob("*.py") if path.name != "__init__.py")


def place(path: Path) -> str:
    """The folder of a module, or the module itself when it stands beside the folders."""
    return path.relative_to(ONHOST).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """The folders, and the modules beside them, that a module imports."""
    inside = path.parent != ONHOST
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.level <= 1 + inside, path
            within = inside and node.level == 1
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {path.parent.name if within else name.split(".")[0] for name in names}
    return found


def test_every_folder_has_its_place_in_the_order() -> None:
    assert {place(path) for path in MODULES} == {*BELOW, *FOLDERS, *ABOVE}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ONHOST)))
def test_a_folder_imports_only_what_is_below_it(path: Path) -> None:
    order = [*BELOW, *FOLDERS]
    here = place(path)
    if here not in ABOVE:
        assert imported(path) <= set(order[: order.index(here) + 1])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_about_a_dozen_modules_at_most(folder: str) -> None:
    assert len([path for path in MODULES if place(path) == folder]) <= MOST
