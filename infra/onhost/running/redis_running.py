"""What Redis runs with: its own word for each setting that its file names."""

import shlex
from collections.abc import Iterator

from ..config import Host
from ..difference import Difference
from ..services import redis

UNITS = {"kb": 1024, "mb": 1024**2, "gb": 1024**3, "k": 1000, "m": 1000**2, "g": 1000**3}


def differences(host: Host) -> Iterator[Difference]:
    """Settings for which Redis has another value than its file."""
    for name, (found, wanted) in wrong(host).items():
        yield Difference("Redis", f"runs with {name} {found!r}, and its file says {wanted!r}")


def wrong(host: Host) -> dict[str, tuple[str, str]]:
    """For each such setting what Redis has, and what its file says; nothing without Redis."""
    if not host.config.redis:
        return {}
    wanted = settings(host)
    password = (host.layout.secrets / "redis_password").read_text()
    with redis.session(host, password) as stream:
        answer = redis.command(stream, "CONFIG", "GET", *wanted)
    found = dict(zip(answer[::2], answer[1::2], strict=True))
    return {
        name: (found.get(name, "nothing"), value)
        for name, value in wanted.items()
        if normal(found.get(name, "nothing")) != normal(value)
    }


def settings(host: Host) -> dict[str, str]:
    """The settings of Redis' file."""
    text = (host.layout.base / "redis" / "redis.conf").read_text()
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    return {words[0]: " ".join(words[1:]) for words in lines if words}


def normal(value: str) -> str:
    """A value as Redis shows it: sizes in bytes."""
    word = value.lower()
    for unit, factor in UNITS.items():
        if word.endswith(unit) and word.removesuffix(unit).isdigit():
            return str(int(word.removesuffix(unit)) * factor)
    return value
