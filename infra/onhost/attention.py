"""What a person should look at, and what they can do about it."""

from typing import NamedTuple

LOG = "docker logs --tail 50 {container}"


class Attention(NamedTuple):
    """One thing that is amiss; both texts are a line each."""

    text: str
    """What is amiss."""
    remedy: str
    """What to do about it: a command of the host, a setting, a deploy."""
