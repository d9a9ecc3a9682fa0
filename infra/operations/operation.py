"""The base of every operation: its commands reach sh through any login shell."""

import functools
from collections.abc import Callable, Generator
from typing import Any, ParamSpec

import pyinfra.api
from pyinfra.api import FunctionCommand, StringCommand
from pyinfra.api.arguments_typed import PyinfraOperation

from infra.facts.login_shell import portable

P = ParamSpec("P")
Commands = Generator[Any, None, None]
Operation = Callable[P, Commands]


def operation(**options: Any) -> Callable[[Operation[P]], PyinfraOperation[P]]:
    """pyinfra's decorator, and its options; what the operation yields is sent portably."""

    def decorate(function: Operation[P]) -> PyinfraOperation[P]:
        @functools.wraps(function)
        def commands(*args: P.args, **kwargs: P.kwargs) -> Commands:
            for command in function(*args, **kwargs):
                yield _sent(command)

        wrapped = pyinfra.api.operation(**options)(commands)
        wrapped._inner = function  # what another operation takes from it is sent once, at the end
        return wrapped

    return decorate


def _sent(command: Any) -> Any:
    if isinstance(command, FunctionCommand):
        return command
    text = command if isinstance(command, str) else command.get_raw_value()
    if (sent := portable(text.strip())) == text:
        return command
    if isinstance(command, str):
        return StringCommand(sent)
    command.bits = (sent,)  # the same command, which may be more than a text
    return command
