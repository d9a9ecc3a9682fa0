"""A difference between what a deploy put on the host and what is there."""

from dataclasses import dataclass

DEPLOY = "deploy"


@dataclass(frozen=True, order=True)
class Difference:
    """What differs, how, and what mends it, in words for the operator."""

    subject: str
    """A path, a container, a unit, a setting of the kernel."""
    text: str
    remedy: str = DEPLOY

    def __str__(self) -> str:
        return f"{self.subject} {self.text}"
