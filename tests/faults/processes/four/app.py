# mypy: ignore-errors
"""An application with a process of each kind; it knows nothing of what it runs on."""

import os
import time
from pathlib import Path

import jobs
import redis
from flask import Flask, request
from rq import Queue

app = Flask(__name__)


def connection() -> redis.Redis:
    """Redis, as the environment says."""
    password = Path(os.environ["REDIS_PASSWORD_FILE"]).read_text().strip()
    return redis.Redis.from_url(os.environ["REDIS_URL"], password=password)


@app.get("/")
def index() -> str:
    """That it works, and which version."""
    return os.environ.get("VERSION", "one")


@app.post("/jobs")
def add() -> str:
    """Adds a job to a queue."""
    name = request.args["queue"]
    number = request.args["number"]
    return str(Queue(name, connection=connection()).enqueue(jobs.work, name, number).id)


@app.cli.command("report")
def report() -> None:
    """The command of the timer."""
    version = os.environ.get("VERSION", "one")
    with Path("/srv/notes/reports").open("a") as file:
        file.write(f"{version} {time.time():.3f}\n")
    if version == "bad":
        raise SystemExit("no numbers today")
