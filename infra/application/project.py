"""The project's own name and version, for an application that asks for them.

`importlib.metadata` finds them beside the modules, as if the project was installed, and with them
the commands that it adds to `flask`. Its own scripts are not made: `python3 -m` starts a module.
"""

import configparser
import io
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name


def files(source: Path, kept: Iterable[str]) -> dict[str, str]:
    """The files that say it, by their paths in the source; none without a name in pyproject.toml.

    Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    project = _project(source / "pyproject.toml")
    name, version = project.get("name"), project.get("version") or "0"
    if not isinstance(name, str) or any(".dist-info/" in one for one in kept):
        return {}
    folder = f"{canonicalize_name(name).replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    found = {f"{folder}/METADATA": metadata}
    if points := _entry_points(project):
        found[f"{folder}/entry_points.txt"] = points
    return found


def _project(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = data.get("project") or data.get("tool", {}).get("poetry") or {}
    return found if isinstance(found, dict) else {}


def _entry_points(project: dict[str, Any]) -> str:
    groups = project.get("entry-points") or project.get("plugins") or {}
    written = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    written.optionxform = str  # type: ignore[method-assign,assignment]  # names keep their case
    written.read_dict(groups)
    buffer = io.StringIO()
    written.write(buffer)
    return buffer.getvalue()
