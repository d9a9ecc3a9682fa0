"""A fault that the watchdog has found, and what mends it."""

from collections.abc import Callable
from dataclasses import dataclass

DEPLOY = "Deploy to put it right: pyinfra inventory.py deploy.py"


@dataclass(frozen=True)
class Fault:
    """One thing that is not well."""

    subject: str
    """What it is the fault of: its tries are counted by this name."""
    problem: str
    """What is wrong, for the journal and for people."""
    remedy: str = ""
    """What is done, in the form `starting it`."""
    mend: Callable[[], object] | None = None
    """Does it; None when only a person can."""
    advice: str = ""
    """What a person can do."""
    patience: float = 0.0
    """Seconds to wait before the first try; each later wait grows from it, too."""
    loud: bool = False
    """Whether a person hears of the first try; of others when they do not help."""
    proof: float = 30.0
    """Seconds that it must be well until its tries are forgotten."""
    is_open: bool = False
    """Whether it is neither well nor at fault: it is just being started."""


def hopeless(subject: str, problem: str, advice: str = DEPLOY, patience: float = 20.0) -> Fault:
    """A fault that only a person can mend; it is told when it lasts."""
    return Fault(subject, problem, advice=advice, patience=patience)


def undecided(subject: str) -> Fault:
    """Something that is just being started: nothing is done, and nothing forgotten."""
    return Fault(subject, "", is_open=True)
