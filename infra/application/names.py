"""Which names of a module are Flask applications, or factories of one, by its syntax alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from infra.application.place import parsed

APPLICATIONS = ("app", "application")
FACTORIES = ("create_app", "make_app")  # the names that flask itself tries

# A name of what makes a Flask application, and not another one, like Celery's.
FACTORY = re.compile(r"^(?!.*(celery|worker|queue)).*(app|factory|flask)", re.IGNORECASE)
OTHERS = re.compile(r"celery|huey|typer|fastapi|starlette|dash|quart", re.IGNORECASE)
USUAL = {"wsgi", "app", "__init__", "main"}  # where any `app` is the application


def best(path: Path) -> str | None:
    """The name to load from a module, with `()` if it is a factory; None without one.

    The order is that of `flask`: the usual names, a single `X = Flask(...)`, a factory.
    """
    tree = parsed(path)
    if tree is None:
        return None
    names = dict(_bound(tree.body, path))
    taken = {"flask", "call", "import", *(["other"] if path.stem in USUAL else [])}
    for name in APPLICATIONS:
        if names.get(name) in taken:
            return name
    made = [name for name, kind in names.items() if kind == "flask"]
    if len(made) == 1:
        return made[0]
    return next((f"{name}()" for name in FACTORIES if names.get(name) in {"def", "import"}), None)


def _bound(body: list[ast.stmt], path: Path) -> Iterator[tuple[str, str]]:
    """Each name that statements bind, with how: flask, call, import or def."""
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            yield from _assigned(node, _kind(node.value))
        elif isinstance(node, ast.FunctionDef) and not _needs_arguments(node):
            yield node.name, "def"
        elif isinstance(node, ast.ImportFrom):
            names = [alias for alias in node.names if not _is_module(node, alias.name, path)]
            yield from ((alias.asname or alias.name, "import") for alias in names)
        elif isinstance(node, ast.If | ast.Try | ast.With) and not _is_main(node):
            yield from _bound([*node.body, *getattr(node, "orelse", [])], path)


def _assigned(node: ast.Assign | ast.AnnAssign, kind: str) -> Iterator[tuple[str, str]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    yield from ((target.id, kind) for target in targets if isinstance(target, ast.Name))


def _kind(call: ast.Call) -> str:
    """What a call makes: flask, by Flask itself and classes made from it; call, by a factory;
    foreign, by another library; other, where nothing is known.
    """
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name.endswith("Flask"):
        return "flask"
    if FACTORY.search(name):
        return "call"
    return "foreign" if OTHERS.search(name) else "other"


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def _needs_arguments(node: ast.FunctionDef) -> bool:
    given = node.args
    return len(given.posonlyargs) + len(given.args) > len(given.defaults) or (
        any(default is None for default in given.kw_defaults)
    )


def _is_module(node: ast.ImportFrom, name: str, path: Path) -> bool:
    """Whether `from X import name` gives a module of the source, and not a value."""
    folder = path.parent
    for _ in range(node.level - 1):
        folder = folder.parent
    for part in (node.module or "").split("."):
        folder = folder / part if part else folder
    if not ((folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()):
        return False
    tree = parsed(folder / "__init__.py")  # a value of the package hides the module
    made = (one for one in tree.body if isinstance(one, ast.Assign)) if tree else ()
    return all(name != bound for one in made for bound, _ in _assigned(one, ""))
