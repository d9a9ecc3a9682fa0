"""What the application's Python code says, read without running it."""

import ast
import re
from functools import lru_cache
from pathlib import Path

from infra.application.files import source_files
from infra.settings.sections.app import App

TESTS = re.compile(r"(^|/)(tests?/|test_[^/]*$|conftest\.py$)")


def names(app: App, wanted: str) -> bool:
    """Whether any Python file of the source has these words in it."""
    return any(wanted in text for text in _texts(app).values())


def trees(app: App) -> dict[str, ast.Module]:
    """The syntax trees of the files that can be read, without tests, by paths in the source."""
    found = {}
    for name, text in _texts(app).items():
        if not TESTS.search(name):
            try:
                found[name] = ast.parse(text)
            except (SyntaxError, ValueError):  # another Python's, or no code at all
                continue
    return found


def _texts(app: App) -> dict[str, str]:
    return _read(app.source, app.own_dockerfile)


@lru_cache(maxsize=8)
def _read(source: Path, dockerfile: str) -> dict[str, str]:
    files = source_files(source, dockerfile).kept
    python = {name: path for name, path in files.items() if name.endswith(".py")}
    return {n: path.read_text(encoding="utf-8", errors="replace") for n, path in python.items()}
