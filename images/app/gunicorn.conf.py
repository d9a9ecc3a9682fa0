"""gunicorn behind nginx, by HTTP over a Unix socket: the variables and limits of uwsgi.ini."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SOCKET = Path(os.environ["WEB_SOCKET"])
LIMIT = int(
    os.environ.get("WEB_REQUEST_TIMEOUT", "30")
)  # seconds; below nginx's proxy_read_timeout

wsgi_app = "slipway_wsgi:application"  # the application that WEB_MODULE names
bind = f"unix:{SOCKET}"
umask = 0o007  # of the socket; when_ready gives it its mode
backlog = int(os.environ.get("WEB_QUEUE", "128"))  # requests that wait; for more nginx answers 503
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "2"))
worker_connections = threads  # a process takes what it can answer at once, and the rest waits
keepalive = 0  # nginx makes a connection for each request
preload_app = True  # the processes share its memory, and an import error ends it
graceful_timeout = LIMIT
timeout = LIMIT + 5  # of a process that does not even beat; slipway_limits.py has that of requests
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/tmp"  # noqa: S108  in memory by default: what it writes there must not wait for a disk
control_socket_disable = True
# nginx has bounded the line and the headers; these only must not be below its limits.
limit_request_line = 0
limit_request_fields = 32768
limit_request_field_size = 65536

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
started: dict[int, float] = {}  # when each thread's request began
ended = [0]  # how many did
# What each process does, for the health check; in memory, as above.
WORK = Path("/tmp", str(SOCKET).replace("/", "_") + ".work")  # noqa: S108  the same reason


def when_ready(_server: Any) -> None:
    """The socket's group is its directory's, nginx's; gunicorn gave it the process's own."""
    os.chown(SOCKET, -1, SOCKET.parent.stat().st_gid)
    SOCKET.chmod(0o660)


def post_worker_init(worker: Any) -> None:
    """Every process tells its work, and tells the application the client's address."""
    worker.wsgi = behind_nginx(worker.wsgi)
    threading.Thread(target=tell_always, daemon=True).start()


def behind_nginx(application: Application) -> Application:
    """The application with the address that nginx saw, since a Unix socket has none."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = environ.get("HTTP_X_FORWARDED_FOR", "")
        return application(environ, start_response)

    return wrapped


def pre_request(_worker: Any, _request: Any) -> None:
    """A request begins."""
    started[threading.get_ident()] = time.monotonic()


def post_request(_worker: Any, _request: Any, _environ: Any, _response: Any) -> None:
    """A request ended."""
    started.pop(threading.get_ident(), None)
    ended[0] += 1


def tell_work() -> None:
    """Write what this process does: a health check that gets no answer asks for it."""
    told = {"at": time.monotonic(), "ended": ended[0], "free": threads - len(started)}
    WORK.mkdir(exist_ok=True)
    new = WORK / f".{os.getpid()}"
    new.write_text(json.dumps(told))
    new.rename(WORK / str(os.getpid()))


def tell_always() -> None:
    """Tell it each second, until the process ends."""
    while True:
        time.sleep(1)
        with contextlib.suppress(OSError):  # without room there
            tell_work()
