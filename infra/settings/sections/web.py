"""`web`: the containers that answer requests."""

from typing import ClassVar, Literal

from infra.settings.fields.section import Section
from infra.settings.fields.types import Argument, Processes, Seconds, Size


class Web(Section):
    """The containers that answer requests, with uWSGI or gunicorn.

    One process for each core is a good start. More help when requests wait for other services;
    each takes memory.
    """

    example: ClassVar[str] = """
"web": {"server": "gunicorn", "processes": 4, "threads": 4, "memory": "512m"},
"""

    server: Literal["uwsgi", "gunicorn"] = "uwsgi"
    """Server that runs the application. nginx speaks the uwsgi protocol or HTTP to it."""
    command: tuple[Argument, ...] = ()
    """Command that the container runs in place of the server with `uwsgi.ini` or
    `gunicorn.conf.py`. It must listen on the Unix socket in `WEB_SOCKET`, with the protocol of
    `server`."""
    processes: Processes = 2
    """Number of processes."""
    threads: Processes = 2
    """Number of threads in each process."""
    request_timeout: Seconds = 30
    """Seconds after which a request is ended. nginx waits five seconds longer."""
    start_limit: Seconds = 60
    """Seconds that a new release may take until it is healthy."""
    memory: Size = "256m"
    """Memory limit of the container."""
