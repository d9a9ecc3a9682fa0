"""Have Slipway's own program on the host do its work, where it says that there is some."""

from collections.abc import Generator
from typing import Any

import pyinfra
from pyinfra import host

from infra.facts.slipway import SlipwayState, SlipwayText
from infra.onhost.layout import LAYOUT
from infra.operations.operation import operation


@operation()
def ensure(
    question: str, wanted: dict[str, Any], action: str, told: str = ""
) -> Generator[str, None, None]:
    """`slipway <question>` answers as wanted, or `slipway <action>` makes it so.

    Then `slipway <told>` says what the operator wants to know of it.
    """
    found = host.get_fact(SlipwayState, question=question)
    if found == wanted:
        host.noop(f"{question}: nothing to do")
        return
    yield f"{LAYOUT.command} {action}"
    if told:
        tell(told)


def tell(question: str) -> None:
    """Shows what the host says of a command that has run; nothing while it is only planned."""
    if pyinfra.state.is_executing:
        for line in host.get_fact(SlipwayText, question=question):
            pyinfra.logger.info(f"{host.print_prefix}{line}")
