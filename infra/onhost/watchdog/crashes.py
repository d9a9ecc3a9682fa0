"""Containers that crash again and again: Docker starts them, and a person must hear of it."""

import time
from collections.abc import Iterator

from ..services.containers import Container
from .fault import Fault, hopeless
from .memory import Memory

COUNT = 3  # restarts
WINDOW = 600.0  # seconds


def faults(memory: Memory, containers: list[Container]) -> Iterator[Fault]:
    """Those that Docker has started several times lately."""
    now = time.monotonic()
    counts = {}
    for one in containers:
        count, since = memory.restarts.get(one.id, [one.restarts, now])
        if one.restarts < count or (now - since > WINDOW and one.restarts - count < COUNT):
            count, since = one.restarts, now
        counts[one.id] = [count, since]
        if one.restarts - count >= COUNT:
            number = int(one.restarts - count)
            problem = f"{one.name} crashes again and again: {number} times"
            advice = f"docker logs {one.name} says why"
            yield hopeless(f"{one.name} crashes", problem, advice, patience=0)
            if now - since > WINDOW and one.state == "running":
                counts[one.id] = [one.restarts, now]
    memory.restarts = counts
