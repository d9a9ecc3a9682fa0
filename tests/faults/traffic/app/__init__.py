"""An application that does what its visitors ask for: long answers, slow ones, events, bodies."""

import hashlib
import os
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

OWN = "the application's own"
MEGABYTE = bytes(range(256)) * 4096
TOLD = (
    *("PATH_INFO", "QUERY_STRING", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR"),
    *("wsgi.url_scheme", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST"),
)


def create_app() -> Flask:
    """The application."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False
    app.add_url_rule("/healthz", view_func=lambda: "well", endpoint="healthz")
    app.add_url_rule("/events", view_func=events)
    app.add_url_rule("/megabytes/<int:count>", view_func=megabytes)
    app.add_url_rule("/seconds/<int:count>", view_func=seconds)
    app.add_url_rule("/status/<int:status>", view_func=lambda status: (OWN, status), endpoint="own")
    app.add_url_rule("/upload", view_func=upload, methods=["POST"])
    app.add_url_rule("/jobs", view_func=add_job, methods=["POST"])
    app.add_url_rule("/jobs/<name>", view_func=job_state)
    if find_spec("flask_sock"):
        add_websocket(app)
    app.add_url_rule("/", defaults={"path": ""}, view_func=told, methods=["GET", "POST"])
    app.add_url_rule("/<path:path>", view_func=told, methods=["GET", "POST"])
    return app


def jobs() -> tuple[Any, Any]:
    """RQ's queue, and its connection."""
    from redis import Redis
    from rq import Queue

    password = Path(os.environ["REDIS_PASSWORD_FILE"]).read_text().strip()
    connection = Redis.from_url(os.environ["REDIS_URL"], password=password)
    return Queue(os.environ["QUEUE"], connection=connection), connection


def add_job() -> tuple[str, int]:
    """Accept a job of a tenth of a second."""
    queue, _ = jobs()
    return str(queue.enqueue("time.sleep", 0.1, result_ttl=86400).id), 202


def job_state(name: str) -> str:
    """The state of a job."""
    from rq.job import Job

    return str(Job.fetch(name, connection=jobs()[1]).get_status().value)


def add_websocket(app: Flask) -> None:
    """A WebSocket that sends back what it gets."""
    from flask_sock import Sock

    def echo(connection: Any) -> None:
        while True:
            connection.send(connection.receive())

    Sock(app).route("/websocket")(echo)


def told(path: str) -> dict[str, object]:
    """What the application heard of the request."""
    return {
        **{name: request.environ.get(name) for name in TOLD},
        "path": path,
        "body": len(request.get_data()),
    }


def events() -> Response:
    """Five server-sent events, half a second apart."""

    def made() -> Iterator[str]:
        for number in range(5):
            yield f"data: {number}\n\n"
            time.sleep(0.5)

    return Response(made(), mimetype="text/event-stream")


def megabytes(count: int) -> Response:
    """An answer of so many megabytes."""
    answer = Response((MEGABYTE for _ in range(count)), mimetype="application/octet-stream")
    answer.content_length = count * len(MEGABYTE)
    return answer


def seconds(count: int) -> str:
    """An answer that takes so many tenths of a second."""
    time.sleep(count / 10)
    return "done"


def upload() -> dict[str, object]:
    """The length and the digest of an uploaded file."""
    digest, length = hashlib.sha256(), 0
    while part := request.files["file"].stream.read(65536):
        digest.update(part)
        length += len(part)
    return {"length": length, "digest": digest.hexdigest()}
