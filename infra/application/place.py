"""Where the source stands in the image, and where Python finds its modules there."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = "/srv/app"  # the working directory of every process


@dataclass(frozen=True)
class Place:
    """A source folder, and its place below ROOT."""

    source: Path
    package: str = ""
    """The name of the package that the folder itself is; empty for any other folder."""

    @property
    def folder(self) -> str:
        """The folder in the image that holds the source's files."""
        return f"{ROOT}/{self.package}" if self.package else ROOT

    @property
    def has_src(self) -> bool:
        """Whether the modules stand in the folder src/, which is no package itself."""
        src = self.source / "src"
        return not self.package and src.is_dir() and not (src / "__init__.py").exists()

    @property
    def python_path(self) -> str:
        """PYTHONPATH of every process."""
        return f"{ROOT}:{ROOT}/src" if self.has_src else ROOT

    @property
    def roots(self) -> list[Path]:
        """The local folders whose modules can be imported by their names alone."""
        return [self.source, self.source / "src"] if self.has_src else [self.source]


def place(source: Path) -> Place:
    """The place of a source: one that is a package keeps its name, or its imports would fail."""
    if not (source / "__init__.py").exists() or _imports_siblings(source):
        return Place(source)
    name = source.resolve().name
    return Place(source, name if name.isidentifier() else "app")


def _imports_siblings(source: Path) -> bool:
    """Whether its modules import each other by bare names: a package only by a stray file."""
    name = source.resolve().name
    siblings = {path.stem for path in source.glob("*.py")} - {"__init__"}
    siblings |= {path.parent.name for path in source.glob("*/__init__.py")}
    found = {module for path in sorted(source.glob("*.py")) for module in imported(path)}
    if "" in found or name in found:
        return False
    return bool(found & (siblings - set(sys.stdlib_module_names)))


def imported(path: Path) -> Iterator[str]:
    """The first part of each module that a file imports; empty for a relative import."""
    tree = parsed(path)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else (node.module or "").split(".")[0]


def parsed(path: Path) -> ast.Module | None:
    """The syntax tree of a file; None when it cannot be read as Python."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
