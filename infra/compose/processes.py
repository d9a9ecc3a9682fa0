"""The services of a release's compose file for the processes beside its web server."""

from infra.compose.services import (
    STEADY_RQ,
    Service,
    health,
    jobs,
    literal,
    memory,
    processors,
)
from infra.onhost import layout
from infra.onhost.processes.kinds import QUEUE
from infra.settings import Process, Settings

INTERVAL = 15  # seconds from one health check to the next
ENDING = 10  # seconds that a process gets besides what it may need for its work


def process(settings: Settings, one: Process, base: Service) -> Service:
    """A process: what all containers of the application have, and what its kind adds."""
    own = {name: literal(value) for name, value in one.environment.items()}
    started_by, checked_by = (runnable(settings, c) for c in (one.started_by, one.checked_by))
    found = base | memory(one.memory) | processors(one.cpus)
    found |= {
        "command": [literal(word) for word in started_by],
        "environment": base["environment"] | own,
        "stop_grace_period": f"{one.seconds_to_stop + ENDING}s",
    }
    if started_by != one.started_by:
        mount = f"./{STEADY_RQ}:{layout.CONTAINER_STEADY_RQ}:ro"
        found["volumes"] = [*base["volumes"], mount]
    if checked_by:
        found["healthcheck"] = health(
            [literal(word) for word in checked_by],
            INTERVAL,
            start=settings.web.start_limit,
            limit=one.health_limit,
        )
    return KINDS[one.kind](one, found)


def runnable(settings: Settings, command: tuple[str, ...]) -> tuple[str, ...]:
    """A command, as the image can run it: one of the application's own has no steady_rq.

    It gets the release's: a directory that Python runs.
    """
    module = ("python3", "-m", "steady_rq")
    if settings.app.own_dockerfile and command[:3] == module:
        return ("python3", str(layout.CONTAINER_STEADY_RQ), *command[3:])
    return command


def _queue(one: Process, found: Service) -> Service:
    """A worker that is told to stop finishes its job first."""
    return found | {
        "environment": found["environment"] | jobs(one),
        "deploy": {"replicas": one.count},
    }


KINDS = {QUEUE: _queue}
