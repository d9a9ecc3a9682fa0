"""Which module has the application: as `flask` looks for it, but without an import."""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.application.names import best
from infra.application.place import Place

FIRST = ("wsgi", "app")  # flask's own names
OF_A_PACKAGE = ("wsgi", "__init__", "app", "main")
NOT_THE_APPLICATION = re.compile(
    r"(tests?|test_.*|.*_test|conftest|setup|docs?|examples?|migrations|alembic|fabfile|noxfile)"
)
NAMED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?")


@dataclass(frozen=True)
class Module:
    """What WEB_MODULE and FLASK_APP say, and where it was found."""

    name: str
    found_in: str


class ModuleNotFoundInSourceError(ValueError):
    """None was found, or several: the message says what to write into app.module."""


def module(place: Place, told: str | None) -> Module:
    """The application's module. Raises ModuleNotFoundInSourceError."""
    if told:
        return Module(told, "app.module")
    for found in (_flask_app(place), _procfile(place)):
        if found:
            return found
    for group in _groups(place):
        modules = list(_modules(place, group))
        if len(modules) > 1:
            names = ", ".join(one.name for one in modules)
            raise ModuleNotFoundInSourceError(f"the source has several: write one of {names}")
        if modules:
            return modules[0]
    raise ModuleNotFoundInSourceError(
        f"no Flask application was found in {place.source}, at the places where flask looks:"
        ' write where it is, like "package.module:app" or "package.module:create_app()"'
    )


def _flask_app(place: Place) -> Module | None:
    """What FLASK_APP says in .flaskenv or .env, which `flask` reads."""
    for name in (".flaskenv", ".env"):
        for key, value in _lines(place.source / name, r"(?:export\s+)?(\w+)\s*=\s*(.*?)\s*"):
            if key == "FLASK_APP" and value:
                return Module(_complete(place, value.strip("'\"")), f"FLASK_APP in {name}")
    return None


def _procfile(place: Place) -> Module | None:
    """What the web line of a Procfile names, like `web: gunicorn pkg:app`."""
    for key, command in _lines(place.source / "Procfile", r"(\w+)\s*:\s*(.*?)\s*"):
        if key != "web":
            continue
        try:
            words = shlex.split(command)
        except ValueError:
            return None
        named = next((word for word in words if NAMED.fullmatch(word)), None)
        if named:
            call = "()" if "--call" in words and not named.endswith(")") else ""
            return Module(named + call, "the web line of the Procfile")
        if words and words[0] == "gunicorn" and _file(place, words[-1]):
            return Module(f"{words[-1]}:application", "the web line of the Procfile")
    return None


def _lines(path: Path, pattern: str) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    yield from (found.groups() for line in lines if (found := re.fullmatch(pattern, line)))  # type: ignore[misc]


def _complete(place: Place, told: str) -> str:
    """A FLASK_APP as a module with a name: flask takes a file, and a module alone, too."""
    path, _, name = told.partition(":")
    dotted = path.removesuffix(".py").removeprefix("./").strip("/").replace("/", ".")
    dotted = dotted.removesuffix(".__init__")
    if place.has_src:
        dotted = dotted.removeprefix("src.")
    file = _file(place, dotted)
    return f"{dotted}:{name or (best(file) if file else None) or 'app'}"


def _file(place: Place, dotted: str) -> Path | None:
    """The file of a module of the source."""
    parts = dotted.split(".")
    if place.package and parts[0] == place.package:
        parts = parts[1:]
    for root in place.roots:
        for path in (
            root.joinpath(*parts).with_suffix(".py"),
            root.joinpath(*parts, "__init__.py"),
        ):
            if path.is_file():
                return path
    return None


def _groups(place: Place) -> Iterator[list[tuple[str, Path]]]:
    """Modules with their files, in groups of which each is to have one application at most."""
    if place.package:
        yield from ([one] for one in _of_package(place.package, place.source))
        return
    for name in FIRST:
        yield from ([(name, root / f"{name}.py")] for root in place.roots)
    yield [
        (path.stem, path)
        for root in place.roots
        for path in sorted(root.glob("*.py"))
        if path.stem not in FIRST and not NOT_THE_APPLICATION.fullmatch(path.stem)
    ]
    packages = [
        path.parent
        for root in place.roots
        for path in sorted(root.glob("*/__init__.py"))
        if not NOT_THE_APPLICATION.fullmatch(path.parent.name)
    ]
    yield [
        next(one for one in _of_package(folder.name, folder) if best(one[1]))
        for folder in packages
        if any(best(path) for _, path in _of_package(folder.name, folder))
    ]


def _of_package(name: str, folder: Path) -> list[tuple[str, Path]]:
    modules = ((stem, folder / f"{stem}.py") for stem in OF_A_PACKAGE)
    return [(name if stem == "__init__" else f"{name}.{stem}", path) for stem, path in modules]


def _modules(place: Place, group: Iterable[tuple[str, Path]]) -> Iterator[Module]:
    for name, path in group:
        package = path.with_suffix("") / "__init__.py"
        if (
            path.is_file() and not package.exists() and (found := best(path))
        ):  # a package goes first
            yield Module(f"{name}:{found}", str(path.relative_to(place.source)))
