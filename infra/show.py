"""Show what the hosts say, without changing them: as text, or as one JSON document."""

import contextlib
import json
from typing import Any

import click
from pyinfra import host, logger, state
from pyinfra.api import State
from pyinfra.api.exceptions import PyinfraError
from pyinfra.context import ctx_host

from infra.facts.host import SlipwayText

NO_ANSWER = "no answer: standard error says why"

as_json = False  # config.py sets it, and has `document` printed in place of pyinfra's results
_answers: dict[str, dict[str, Any]] = {}  # by host and question


def answer(question: str) -> None:
    """Prints the answer of `slipway <question>` under the host's name, or keeps it for `document`.

    A host that cannot answer has failed: pyinfra says why, and ends with exit code 1.
    """
    lines = _ask(f"{question} --json" if as_json else question)
    if as_json:
        found = {question: json.loads("\n".join(lines))} if lines else {"error": NO_ANSWER}
        _answers.setdefault(host.name, {}).update(found)
    else:
        shown = (f"  {line}" for line in lines or [NO_ANSWER])
        click.echo("\n".join(["", f"{host.name}:", *shown, ""]))


def _ask(question: str) -> list[str]:
    """The lines of the answer; none from a host that has failed."""
    lines: list[str] = []
    with contextlib.suppress(PyinfraError):  # no host remains: the answers so far are wanted yet
        try:
            lines = host.get_fact(SlipwayText, question=question)
        except EOFError:
            logger.error(f"{host.print_prefix}sudo wants a password, and there is no terminal")
            state.fail_hosts({ctx_host.get()})  # type: ignore[no-untyped-call]  # pyinfra's gap
    return lines


def document(run: State, dry: bool) -> None:  # noqa: ARG001  pyinfra passes it
    """Prints the answers of all hosts as one JSON object; those that failed have an `error`."""
    failed = {failed.name: {"error": NO_ANSWER} for failed in run.failed_hosts}
    click.echo(json.dumps(failed | _answers))
