"""`processes`: what runs beside the web server."""

import json
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from infra.onhost.processes.kinds import LIBRARIES, RESERVED
from infra.settings.fields.numbers import Cpus, Memory, Processes, Seconds
from infra.settings.fields.remote_paths import UrlFolder, UrlPath
from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.text import Argument, OneLine, QueueName, Variable

WORKER = ("python3", "-m", "steady_rq", "worker")
WORKER_CHECK = ("python3", "-m", "steady_rq", "check")

# Settings that only these kinds have.
OF_KIND = {
    "count": ("queue",),
    "queues": ("queue",),
    "library": ("queue",),
    "path": ("server",),
    "websocket": ("server",),
    "health_path": ("server",),
    "request_timeout": ("server",),
    "at": ("timer",),
    "limit": ("timer",),
    "health_command": ("queue", "single", "server"),
    "health_limit": ("queue", "single", "server"),
    "stop_limit": ("queue", "single", "server"),
}
NEEDED = {"single": ("command",), "server": ("command", "path"), "timer": ("command", "at")}
STOP_LIMITS = {"queue": 180, "single": 10, "server": 600, "timer": 0}


class Process(Section):
    """A process of the application beside its web server, by its name.

    The kind says what a release does to it. `queue` runs background jobs: before traffic moves to
    a new release, its old containers take no more jobs. They finish the job that they have, in the
    background. `single` never runs twice, not even for a moment: the old one ends, then the new one
    starts, and the old one comes back if the release is refused. `server` is another HTTP or
    WebSocket server behind a path: it starts beside the old one, and new connections reach it when
    traffic moves. `timer` is a command that runs at its times in the current release.

    The name is also the name in `slipway logs` and `slipway restart`. An application without
    background jobs has no process. If you do not set `processes`, the lines `worker` and `release`
    of a `Procfile` in the source are read. Without that file, an application that uses RQ has one
    process: `worker`, of the kind `queue`, with the queue `default`.
    """

    example: ClassVar[str] = """
"processes": {
    "worker": {"kind": "queue", "count": 2, "stop_limit": 600},  # long reports: up to 10 minutes
    "mails": {"kind": "queue", "queues": ["mails", "newsletters"], "memory": "128m"},
    "clock": {"kind": "single", "command": ["python3", "-m", "myapp.clock"]},
    "live": {
        "kind": "server",
        "command": ["gunicorn", "--bind", "unix:/run/web/live.sock", "--threads", "50", "live:app"],
        "path": "/live/",
    },
    "report": {"kind": "timer", "command": ["flask", "report"], "at": "*-*-* 04:10", "limit": 600},
},
"""

    kind: Literal["queue", "single", "server", "timer"]
    """What a release does to the process."""
    command: tuple[Argument, ...] = ()
    """Command that starts the process. A `queue` without a command runs RQ's jobs of `queues`, by
    the worker that every image has: packages/steady-rq/README.md describes it."""
    environment: dict[Variable, OneLine] = {}  # noqa: RUF012  pydantic copies defaults
    """Environment variables of this process, in addition to `app.environment`."""
    count: Processes = 1
    """`queue`: number of containers. With RQ each runs one job at a time."""
    queues: tuple[QueueName, ...] = ("default",)
    """`queue`: names of the queues, the most urgent first. The process gets the first in `QUEUE`
    and all in `QUEUES`, separated by commas. `slipway status` shows how long they are."""
    library: Literal["rq", "celery", "dramatiq", "huey"] | None = None
    """`queue`: the library that runs the jobs. It decides how `slipway status` asks for the length
    of the queues. By default the command says it: RQ, unless it starts another."""
    path: UrlFolder | None = None
    """`server`: first part of the URLs that it answers. It must listen on the Unix socket in
    `SOCKET`, which is `/run/web/NAME.sock`, and speak HTTP."""
    websocket: bool = True
    """`server`: whether a connection may become one of WebSocket."""
    health_path: UrlPath | None = None
    """`server`: path that answers 200 when it works. By default any answer to `path` will do."""
    request_timeout: Seconds = 3600
    """`server`: seconds without data until nginx closes a connection."""
    at: OneLine = ""
    """`timer`: when it runs, in the host's time zone, as systemd's `OnCalendar` says it:
    `*-*-* 04:10` is each day, `Mon 06:00` each Monday, `*:0/15` every 15 minutes."""
    limit: Seconds = 3600
    """`timer`: seconds that a run may take. Runs never overlap. A failed run is an alert."""
    memory: Memory = "256m"
    """Memory limit of each container."""
    cpus: Cpus | None = None
    """Processors that each container may use. By default there is no limit."""
    stop_limit: Seconds | None = None
    """Seconds that the process gets to end. `queue` (default 180): a job may take so long, and gets
    it as `JOB_TIMEOUT`. `single` (10): then it is killed. `server` (600): its connections live on
    for so long after the release. The deploy waits only for a `single`."""
    health_command: tuple[Argument, ...] = ()
    """Health check: a command that runs in the container, and exits with 0 if the process works.
    By default there is one for RQ's jobs without a `command`; any other process must run for a few
    seconds."""
    health_limit: Seconds = 30
    """Seconds that the health command may take."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for name, kinds in OF_KIND.items():
            if name in self.model_fields_set and self.kind not in kinds:
                raise FieldError(name, f"is only for a process of the kind {' or '.join(kinds)}")
        for name in NEEDED.get(self.kind, ()):
            if not getattr(self, name):
                raise FieldError(name, f"is missing: a process of the kind {self.kind} needs it")
        if self.kind == "queue" and not self.queues:
            raise FieldError("queues", "must name at least one queue")
        if not self.command and self.used_library != "rq":
            raise FieldError("command", f"is missing: write the one that starts {self.library}")
        return self

    @property
    def used_library(self) -> str:
        """The library that runs the jobs of a queue."""
        said = (known for known, word in LIBRARIES.items() if any(word in w for w in self.command))
        return self.library or next(said, "rq")

    @property
    def started_by(self) -> tuple[str, ...]:
        """The command, also where the settings have none."""
        return self.command or WORKER

    @property
    def checked_by(self) -> tuple[str, ...]:
        """The health command; empty when there is none."""
        return self.health_command or (() if self.command else WORKER_CHECK)

    @property
    def seconds_to_stop(self) -> int:
        """What `stop_limit` is, also where it is not set."""
        return self.stop_limit or STOP_LIMITS[self.kind]


DEFAULT = {"worker": Process(kind="queue")}


def check_names(processes: dict[str, Any]) -> None:
    """No process has a name that Slipway needs."""
    if taken := sorted(set(processes) & RESERVED):
        raise FieldError("processes", f"{', '.join(taken)}: Slipway uses this name, take another")
    paths: dict[str, str] = {}
    for name, one in processes.items():
        if one.path and paths.setdefault(one.path, name) != name:
            raise FieldError(f"processes.{name}.path", "each server must have a path of its own")


def instead_of_worker(worker: object) -> FieldError:
    """What to write in place of the section `worker`, which earlier versions had."""
    old = worker if isinstance(worker, dict) else {}
    process: dict[str, Any] = {"kind": "queue"}
    renamed = {"job_timeout": "stop_limit"}
    for name, value in old.items():
        key = "queues" if name == "queue" else renamed.get(str(name), str(name))
        process[key] = [value] if key == "queues" else value
    try:
        written = json.dumps({"worker": process})
    except TypeError:
        written = '{"worker": {"kind": "queue"}}'
    return FieldError("worker", f'is now a process: write "processes": {written}')
