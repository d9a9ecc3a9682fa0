"""`web`: the containers that answer requests."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from infra.settings.fields.numbers import Cpus, Integer, Memory, Processes, Seconds
from infra.settings.fields.section import Section
from infra.settings.fields.text import Argument


class Web(Section):
    """The container that answers requests, with uWSGI or gunicorn.

    Start with one process for each CPU core. If requests wait for other services, use more
    threads or processes. Each process needs memory, so raise `memory` with `processes`.
    """

    example: ClassVar[str] = """
"web": {"server": "gunicorn", "processes": 4, "threads": 4, "memory": "512m"},  # four cores
"""

    server: Literal["uwsgi", "gunicorn"] = "uwsgi"
    """Server that runs the application. nginx uses the uwsgi protocol for uWSGI, and HTTP for
    gunicorn."""
    command: tuple[Argument, ...] = ()
    """Your own command to start the server. The default starts `server` with `uwsgi.ini` or
    `gunicorn.conf.py`. The command must listen on the Unix socket in `WEB_SOCKET`, with the
    protocol of `server`."""
    processes: Processes = 2
    """Number of processes."""
    threads: Processes = 2
    """Number of threads in each process."""
    queue: Annotated[Integer, Field(ge=1, le=4096)] = 128
    """Requests that wait until a thread is free. For more, nginx answers 503 at once."""
    request_timeout: Seconds = 30
    """Seconds that a request may take. Then its process is ended. nginx waits five seconds longer,
    so that the server's answer arrives first."""
    start_limit: Seconds = 60
    """Seconds that a new release may need to become healthy. Then the deploy refuses it."""
    memory: Memory = "256m"
    """Memory limit of the container."""
    cpus: Cpus | None = None
    """Processors that the container may use. By default there is no limit."""
