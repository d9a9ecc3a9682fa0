"""The processes of a release beside its web server: their kinds, and what must be known of them."""

from dataclasses import dataclass, field

QUEUE = "queue"
SINGLE = "single"
SERVER = "server"
TIMER = "timer"  # also the profile of its service: it runs at its times alone
LASTING = (QUEUE, SINGLE, SERVER)  # those that have containers all the time

# A word of the command that starts a library's workers.
LIBRARIES = {"celery": "celery", "dramatiq": "dramatiq", "huey": "huey_consumer"}

# Names of Slipway's own services, containers and logs, and of what a Procfile means by them.
RESERVED = frozenset(
    {"web", "nginx", "redis", "front", "acceptance", "release", "one-off", "switch", "watchdog"}
    | {"release-command", "release_command", "base", "bridge"}
)


@dataclass(frozen=True)
class Process:
    """A process, as release.json has it."""

    name: str
    """Also of its service in the compose file."""
    kind: str = QUEUE
    queues: list[str] = field(default_factory=list)
    library: str = "rq"
    """Of a queue: what runs its jobs."""
    stop_limit: int = 0
    """Of a server: seconds that its connections live on after its release."""
    at: str = ""
    """Of a timer: when it runs, as systemd says it."""
    limit: int = 0
    """Of a timer: seconds that a run may take."""


def earlier() -> list[Process]:
    """The processes of a release of a version that knew but one."""
    return [Process("worker")]
