"""The base of every fact: it is asked through any login shell, and a greeting is no answer."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError

from infra.facts.login_shell import LoginShellError, answered, asked

T = TypeVar("T")


class Fact(FactBase[T]):
    """A fact of pyinfra's. Subclasses have `command` and `process` as pyinfra documents them."""

    def __init_subclass__(cls) -> None:
        """Sends the commands of a fact portably, and hands it the lines of its answer alone."""
        super().__init_subclass__()
        for name, wrapped in (("command", _sent), ("process", _read)):
            if name in vars(cls):
                setattr(cls, name, wrapped(getattr(cls, name)))


def _sent(command: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(command)
    def portable(*args: Any, **kwargs: Any) -> str:
        return asked(command(*args, **kwargs))

    # pyinfra looks the arguments of a fact up here, and does not follow the wrapped function.
    portable.__signature__ = inspect.signature(command)  # type: ignore[attr-defined]
    return portable


def _read(process: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(process)
    def answer(self: Fact[Any], output: Iterable[str]) -> Any:
        try:
            lines = answered(output)
        except LoginShellError as error:
            raise FactProcessError(str(error)) from None
        return process(self, lines) if lines else self.default()

    return answer
