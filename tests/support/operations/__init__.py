"""Operations without a host: facts go in, commands come out.

The hosts are those of pyinfra-testing. Its JSON cases are not used: they cannot hold our frozen
dataclasses, and their loader imports pyinfra's command line, which patches the whole process.
"""

from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase, StringCommand
from pyinfra.api.util import get_kwargs_str
from pyinfra.context import ctx_host, ctx_state
from pyinfra_testing.util import (  # type: ignore[import-untyped]  # it has no types
    FakeState,
    create_host,
)


@dataclass(frozen=True)
class Known:
    """What a fact answers when it is asked with these arguments, and no others."""

    fact: type[FactBase[Any]]
    value: Any
    arguments: dict[str, Any]


def known(fact: type[FactBase[Any]], value: Any, **arguments: Any) -> Known:
    """A fact's answer. An operation that asks anything else fails its test with a KeyError."""
    return Known(fact, value, arguments)


@dataclass(frozen=True)
class Outcome:
    """What an operation would do."""

    commands: list[str]
    inputs: list[Any]
    """What each command gets on its standard input."""
    noop: str | None
    """What is said when there is nothing to do."""


def nothing(said: str) -> Outcome:
    """No command, and why."""
    return Outcome([], [], said)


def doing(*commands: str) -> Outcome:
    """These commands, without input."""
    return Outcome(list(commands), [None for _ in commands], None)


def outcome(operation: Any, *facts: Known, **arguments: Any) -> Outcome:
    """What the operation would do on a host that answers so."""
    data: dict[str, Any] = {}
    for each in facts:
        name = f"{each.fact.__module__.rsplit('.', 1)[-1]}.{each.fact.__name__}"
        if each.arguments:
            data.setdefault(name, {})[get_kwargs_str(each.arguments)] = each.value
        else:
            data[name] = each.value
    state = FakeState()
    host = create_host(state, facts=data)
    with ctx_state.use(state), ctx_host.use(host):
        given = list(operation._inner(**arguments))
    commands = [each if isinstance(each, StringCommand) else StringCommand(each) for each in given]
    texts = [command.get_raw_value() for command in commands]
    inputs = [command.connector_arguments.get("_stdin") for command in commands]
    return Outcome(texts, inputs, host.noop_description)
