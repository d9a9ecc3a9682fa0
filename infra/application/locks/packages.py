"""The packages of the application's image, from its lock and from ours."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from infra.application.locks import added, check
from infra.application.locks.pins import PYTHON, LockError, text
from infra.application.locks.read import read
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings
from infra.settings.sections.app import DEPENDENCIES, App

SETTING = "app.requirements"


@dataclass(frozen=True)
class Packages:
    """What the build installs."""

    requirements: str
    """A requirements file with hashes."""
    builder: str
    """The stage that installs it: check.WHEELS or check.COMPILER."""
    told: list[str]
    """What the deploy says of it."""


def packages(settings: Settings) -> Packages:
    """The packages of these settings. Raises FieldError, with the setting to change."""
    app, path = settings.app, None
    told: list[str] = []
    try:
        _check_python(app.source)
        path = _file(app)
        lock = read(path, app.locks)
        pins = lock.pins
        if not settings.web.command:
            pins, told = added.with_server(pins, settings.web.server)
        steady = any("steady_rq" in one.started_by for one in settings.processes.values())
        pins, more = added.with_jobs(pins, steady=steady)
        requirements = text(pins, lock.options)
        builder, note = check.builder(requirements, compile_allowed=app.compile)
    except LockError as error:
        reason = f"{path.name}: {error}" if path and not str(error).startswith(path.name) else error
        raise FieldError(SETTING, str(reason)) from None
    kept = f", locked in {lock.made}: keep this file" if lock.made else ""
    said = [
        f"packages: {len(pins)}, from {path.name}{kept}",
        *told,
        *more,
        *([note] if note else []),
    ]
    if builder == check.COMPILER:
        said.append("some have no wheels: they are built by a compiler, in a stage of the image")
    return Packages(requirements, builder, [line for line in said if line])


def _file(app: App) -> Path:
    if app.dependencies is None:
        raise LockError(f"the source has none of {', '.join(DEPENDENCIES)}: write one of them")
    return app.dependencies


def _check_python(source: Path) -> None:
    """The project allows the image's Python. Raises LockError."""
    try:
        data = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
        told = data.get("project", {}).get("requires-python") or _of_poetry(data)
        plain = re.sub(r"\^(?=\d)", ">=", told)  # Poetry's words for ranges
        plain = re.sub(r"~(3\.\d+)(\.\d+)?", r"==\1.*", plain)
        allowed = SpecifierSet(plain)
    except (OSError, ValueError, InvalidSpecifier, AttributeError, TypeError):
        return
    if f"{PYTHON}.5" not in allowed:
        raise LockError(
            f"pyproject.toml needs Python {told}, and Slipway's image has {PYTHON}: bring a"
            " Dockerfile with another (app.dockerfile)"
        )


def _of_poetry(data: dict[str, Any]) -> str:
    found = data.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python", "")
    return found if isinstance(found, str) else ""
