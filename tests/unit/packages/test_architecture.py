"""A package of our own stands by itself, and its parts import each other in one direction."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from tests.support.processes import ROOT

STEADY_RQ = ROOT / "packages/steady-rq/src/steady_rq"
NEEDED = {"redis", "rq"}
EXTRAS = {"flask": {"flask"}, "prometheus": {"prometheus_client"}}  # by the module that has them
# From the bottom to the top: a part imports what stands before it alone.
LAYERS = (
    "known", "environment", "resp", "connection", "check", "config_file", "serializers", "jobs",
    "worker", "runner", "flask", "prometheus", "__main__", "__init__",
)  # fmt: skip


def imported(path: Path) -> set[str]:
    """The modules that a file imports, with the names taken from the package itself."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "steady_rq":
            found |= {f"steady_rq.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def part(path: Path) -> str:
    return path.relative_to(STEADY_RQ).with_suffix("").parts[0]


def test_the_worker_needs_nothing_but_rq_and_redis() -> None:
    for path in STEADY_RQ.rglob("*.py"):
        others = {name.partition(".")[0] for name in imported(path)} - sys.stdlib_module_names
        assert others - {"steady_rq"} <= NEEDED | EXTRAS.get(part(path), set()), path


def test_its_parts_import_each_other_in_one_direction() -> None:
    for path in STEADY_RQ.rglob("*.py"):
        own = LAYERS.index(part(path))
        for name in imported(path):
            if name.startswith("steady_rq."):
                other = name.split(".")[1]
                assert other == "__version__" or LAYERS.index(other) <= own, f"{path}: {name}"
