"""Facts that Slipway's own program on the host answers."""

import json
import shlex
from collections.abc import Iterable
from typing import Any

from infra.facts.fact import Fact
from infra.onhost.layout import LAYOUT

ABSENT = "{ echo 'Slipway is not on this host: deploy to it first' >&2; exit 1; }"


class SlipwayState(Fact[dict[str, Any]]):
    """What `slipway <question>` on the host answers; empty while the program is not there."""

    default = dict

    def command(self, question: str) -> str:
        """The question; what cannot be answered is empty, and the action that follows says why."""
        return f"{LAYOUT.command} {question} 2>/dev/null; true"

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """The JSON object in the last line."""
        answer: dict[str, Any] = json.loads(list(output)[-1])
        return answer


class SlipwayAnswer(Fact[dict[str, Any]]):
    """What `slipway <question>` answers; the host fails, with the reason, when it cannot answer.

    For what must not be taken for empty.
    """

    default = dict

    def command(self, question: str) -> str:
        """The question; what the program says of a failure is shown."""
        return f"test -x {LAYOUT.command} || {ABSENT}; {LAYOUT.command} {question}"

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """The JSON object in the last line."""
        answer: dict[str, Any] = json.loads(list(output)[-1])
        return answer


class SlipwayText(Fact[list[str]]):
    """What `slipway <question>` on the host prints for a person."""

    default = list

    def command(self, question: str) -> str:
        """The question; a host that Slipway is not on says so and fails."""
        return f"test -x {LAYOUT.command} || {ABSENT}; {LAYOUT.command} {question}"

    def process(self, output: Iterable[str]) -> list[str]:
        """The lines."""
        return list(output)


class Recorded(Fact[dict[str, Any]]):
    """A JSON object that an earlier deploy has left in a file; empty without one."""

    default = dict

    def command(self, path: str) -> str:
        """cat, for which a missing file is no error here."""
        return f"cat {shlex.quote(path)} 2>/dev/null; true"

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """The object; what a full disk has cut off says nothing."""
        try:
            found = json.loads("".join(output))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
