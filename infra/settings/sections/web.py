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
    """Server that runs the application."""
    command: tuple[Argument, ...] = ()
    """Your own command to start the server. The default starts `server` with `uwsgi.ini` or
    `gunicorn.conf.py`. The command must listen on the Unix socket `WEB_SOCKET`. In its words,
    `$WEB_SOCKET`, `$WEB_PROCESSES` and `$WEB_THREADS` are replaced by their values."""
    protocol: Literal["uwsgi", "http"] | None = None
    """What nginx speaks to the server: the uwsgi protocol, or HTTP. WebSockets need HTTP. The
    default is that of `server`; with a `command` of your own, set it."""
    processes: Processes = 2
    """Number of processes."""
    threads: Processes = 2
    """Number of threads in each process."""
    queue: Annotated[Integer, Field(ge=1, le=4096)] = 128
    """Requests that wait until a thread is free. For more, nginx answers 503 at once."""
    request_timeout: Seconds = 30
    """Seconds that a request may take until its answer begins. Then its process is ended. nginx
    waits five seconds longer, so that the server's answer arrives first."""
    stream_limit: Seconds = 3600
    """Seconds that a whole answer may take once it has begun: a stream, server-sent events, a
    WebSocket, a download. Then it is ended, and nothing else."""
    streams: Processes | None = None
    """Streams and slow downloads that may hold a thread at the same time. For more, nginx answers
    503. The default is half of all threads, so that they leave the other half to requests. A
    `command` of your own has its own bounds."""
    start_limit: Seconds = 60
    """Seconds that a new release may need to become healthy. Then the deploy refuses it."""
    memory: Memory = "256m"
    """Memory limit of the container."""
    cpus: Cpus | None = None
    """Processors that the container may use. By default there is no limit."""

    @property
    def spoken(self) -> Literal["uwsgi", "http"]:
        """What nginx speaks to the server."""
        return self.protocol or ("uwsgi" if self.server == "uwsgi" else "http")
