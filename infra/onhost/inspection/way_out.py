"""The containers' way out: the kernel has the rules that dockerd gave it."""

from collections.abc import Iterator

from ..config import Host
from ..difference import Difference
from ..services import way_out


def differences(_: Host) -> Iterator[Difference]:
    """Rules that somebody has removed."""
    if problem := way_out.problem():
        yield Difference("the containers' way out:", problem)
