"""Show what a host says, without changing it."""

import click
from pyinfra import host

from infra.facts.host import SlipwayText


def answer(question: str) -> None:
    """Prints the answer of `slipway <question>`, under the host's name."""
    lines = host.get_fact(SlipwayText, question=question) or ["Slipway is not on this host"]
    click.echo("\n".join(["", f"{host.name}:", *(f"  {line}" for line in lines), ""]))
