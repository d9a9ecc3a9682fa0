"""The services of a release's compose file for the processes beside its web server."""

from infra.compose.services import (
    HEALTH_CHECK,
    STEADY_RQ,
    Service,
    health,
    jobs,
    literal,
    memory,
    processors,
)
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.processes.kinds import QUEUE, SERVER, SINGLE, TIMER
from infra.settings import Process, Settings

INTERVAL = 15  # seconds from one health check to the next
START = "start.py"  # in the release's directory
ENDING = 10  # seconds that a process gets besides what it may need for its work


def process(settings: Settings, name: str, one: Process, base: Service) -> Service:
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
    return KINDS[one.kind](settings, name, one, found)


def runnable(settings: Settings, command: tuple[str, ...]) -> tuple[str, ...]:
    """A command, as the image can run it: one of the application's own has no steady_rq.

    It gets the release's: a directory that Python runs.
    """
    module = ("python3", "-m", "steady_rq")
    if settings.app.own_dockerfile and command[:3] == module:
        return ("python3", str(layout.CONTAINER_STEADY_RQ), *command[3:])
    return command


def _queue(_settings: Settings, _name: str, one: Process, found: Service) -> Service:
    """A worker that is told to stop finishes its job first."""
    return found | {
        "environment": found["environment"] | jobs(one),
        "deploy": {"replicas": one.count},
    }


def _single(_settings: Settings, name: str, one: Process, found: Service) -> Service:
    """One that starts when it has the lock that one container alone can have."""
    folder = f"{LAYOUT.singles}/{name}:{layout.CONTAINER_SINGLE}:ro"
    return _started(found, "--alone", str(layout.CONTAINER_SINGLE)) | {
        "stop_grace_period": f"{one.seconds_to_stop}s",
        "volumes": [*found["volumes"], folder, START_FILE],
    }


def _server(settings: Settings, name: str, one: Process, found: Service) -> Service:
    """Another server, on a socket beside the web server's."""
    socket = f"{layout.CONTAINER_SOCKETS}/{name}.sock"
    check = str(layout.CONTAINER_HEALTH_CHECK)
    asked = [socket, one.health_path or str(one.path), literal(settings.domain)]
    any_answer = [] if one.health_path else ["any"]
    test = ["python3", "-IS", check, *asked, *any_answer]
    limit, start = one.health_limit, settings.web.start_limit
    made = {} if one.health_command else {
        "healthcheck": health(test, INTERVAL, start=start, limit=limit)
    }  # fmt: skip
    return (
        _started(found, "--socket", socket)
        | made
        | {
            "environment": found["environment"] | {"SOCKET": socket},
            "group_add": [str(layout.WEB_SOCKET_GID), *found["group_add"]],
            "stop_grace_period": f"{ENDING}s",
            "volumes": [
                f"{LAYOUT.web}/${{RELEASE}}/socket:{layout.CONTAINER_SOCKETS}",
                *found["volumes"],
                f"./{HEALTH_CHECK}:{layout.CONTAINER_HEALTH_CHECK}:ro",
                START_FILE,
            ],
        }
    )


def _timer(_settings: Settings, _name: str, _one: Process, found: Service) -> Service:
    """What runs at its times, to its end."""
    return found | {"profiles": [TIMER], "restart": "no", "stop_grace_period": f"{ENDING}s"}


def _started(found: Service, *options: str) -> Service:
    """The command, started by start.py."""
    starter = ["python3", "-IS", str(layout.CONTAINER_START), *options, "--"]
    return found | {"command": [*starter, *found["command"]]}


START_FILE = f"./{START}:{layout.CONTAINER_START}:ro"
KINDS = {QUEUE: _queue, SINGLE: _single, SERVER: _server, TIMER: _timer}
