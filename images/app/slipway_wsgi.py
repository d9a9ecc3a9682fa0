"""What uWSGI and gunicorn import: the application that WEB_MODULE names.

WEB_MODULE is `package.module:name`, or `package.module:factory()` with literal arguments, as
`flask --app` takes it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
from collections.abc import Callable
from typing import Any

from slipway_limits import limited

Application = Callable[..., Any]


class ModuleNameError(ValueError):
    """WEB_MODULE does not lead to an application."""


def load(told: str) -> Application:
    """The application of a WEB_MODULE. Raises ModuleNameError, and what its import raises."""
    module, _, expression = told.partition(":")
    name, arguments, keywords = _parsed(told, expression)
    found = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise ModuleNameError(f"app.module: {module} has no {name}")
        found = getattr(found, part)
    target: Any = found
    if arguments is not None:
        return _checked(told, target(*arguments, **keywords))
    if inspect.isfunction(target) and not _needs_arguments(target):  # a factory without its ()
        return _checked(told, target())
    return _checked(told, target)


def _parsed(told: str, expression: str) -> tuple[str, list[Any] | None, dict[str, Any]]:
    """The name, and the arguments of its call if it is one."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
        if isinstance(node, ast.Call):
            arguments = [ast.literal_eval(value) for value in node.args]
            keywords = {str(word.arg): ast.literal_eval(word.value) for word in node.keywords}
            return ast.unparse(node.func), arguments, keywords
    except (SyntaxError, ValueError):
        raise ModuleNameError(f"app.module: {told} is not like package.module:name") from None
    return ast.unparse(node), None, {}


def _needs_arguments(function: Any) -> bool:
    needed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return any(one.kind in needed and one.default is one.empty for one in parameters)


def _checked(told: str, found: Any) -> Application:
    if not callable(found):
        raise ModuleNameError(f"app.module: {told} is no WSGI application, but {type(found)}")
    application: Application = found
    return application


if "WEB_MODULE" in os.environ:
    application = limited(load(os.environ["WEB_MODULE"]))
