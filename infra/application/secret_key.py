"""Whether sessions would be signed with a key that everybody can read: it stands in the source."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

VARIABLE = re.compile(r"[A-Z0-9_]*SECRET_KEY(_FILE)?")
NAMES = frozenset({"SECRET_KEY", "secret_key"})


@dataclass(frozen=True)
class Public:
    """A key in the source."""

    line: int
    variable: str
    """The variable that is asked first; empty when there is none."""


def warning(trees: dict[str, ast.Module], given: Collection[str]) -> str:
    """One line when a public key would be used with these variables; empty otherwise."""
    asked = {name for tree in trees.values() for name in _asked(tree)}
    if asked & set(given):
        return ""
    for path, tree in sorted(trees.items()):
        for found in _public(tree):
            place = f"{path}, line {found.line}"
            variable = found.variable or min(asked, default="")
            if variable:
                return (
                    f"sessions are signed with the secret key in {place}, which is public, because"
                    f" {variable} is not set: write"
                    f' "secrets_in_environment": {{"{variable}": "{{secret_key}}"}} into app'
                )
            return (
                f"sessions are signed with the secret key in {place}, which is public: the source"
                " reads neither SECRET_KEY nor SECRET_KEY_FILE from its environment"
            )
    return ""


def _asked(tree: ast.Module) -> Iterator[str]:
    """Variables of a secret key that are read from the environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _reads_variables(node):
            yield from (name for name in map(_field, node.body) if VARIABLE.fullmatch(name))
        elif name := _variable(node):
            yield name
        elif isinstance(node, ast.Call) and _name(node.func) == "from_prefixed_env":
            first = _text(node.args[0]) if node.args else "FLASK"
            yield f"{first}_SECRET_KEY"


def _variable(node: ast.AST) -> str:
    """The variable that an expression reads: by os.environ, getenv(...), env(...), config(...)."""
    if isinstance(node, ast.Subscript) and _name(node.value) == "environ":
        found = _text(node.slice)
    elif isinstance(node, ast.Call) and node.args and _is_reader(node.func):
        found = _text(node.args[0])
    else:
        return ""
    return found if VARIABLE.fullmatch(found) else ""


def _is_reader(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr in {"get", "pop", "setdefault"}:
        return _name(function.value) in {"environ", "env"}
    return True


def _public(tree: ast.Module) -> Iterator[Public]:
    """The secret keys that are constants, or that have one for a variable that is missing."""
    for node in ast.walk(tree):
        for value in _values(node):
            if _constant(value):
                variable = next(filter(None, map(_variable, ast.walk(value))), "")
                yield Public(value.lineno, variable)


def _values(node: ast.AST) -> Iterator[ast.expr]:
    """What a secret key is set to: by a name, an attribute, a key or an argument."""
    if isinstance(node, ast.Assign) and any(_target(one) in NAMES for one in node.targets):
        yield node.value
    elif isinstance(node, ast.AnnAssign) and _target(node.target) in NAMES:
        yield from [node.value] if node.value else []
    elif isinstance(node, ast.Call):
        yield from (one.value for one in node.keywords if one.arg == "SECRET_KEY")
        if _name(node.func) == "setdefault" and len(node.args) == 2:
            yield from node.args[1:] if _text(node.args[0]) == "SECRET_KEY" else []
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key and _text(key) == "SECRET_KEY":
                yield value


def _constant(value: ast.expr) -> bool:
    """Whether the value can be a text of the source."""
    match value:
        case ast.Constant(value=str() | bytes() as found):
            return bool(found)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(_constant, values))
        case ast.IfExp(body=body, orelse=other):
            return _constant(body) or _constant(other)
        case ast.Call(args=arguments, keywords=keywords) if _variable(value):
            defaults = [one.value for one in keywords if one.arg == "default"]
            return any(map(_constant, [*arguments[1:], *defaults]))
    return False


def _reads_variables(node: ast.ClassDef) -> bool:
    """Whether its fields are read from the environment, as pydantic's BaseSettings does."""
    return any(_name(base) == "BaseSettings" for base in node.bases)


def _field(node: ast.stmt) -> str:
    return _target(node.target).upper() if isinstance(node, ast.AnnAssign) else ""


def _target(node: ast.expr) -> str:
    return _text(node.slice) if isinstance(node, ast.Subscript) else _name(node)


def _name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
