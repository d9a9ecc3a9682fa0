"""A job that dumps the notes with a program of Debian's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job


def client() -> Redis:
    password = Path(os.environ["REDIS_PASSWORD_FILE"]).read_text()
    return Redis.from_url(os.environ["REDIS_URL"], password=password)


def queue() -> Queue:
    return Queue(os.environ["QUEUE"], connection=client())


def start() -> str:
    return str(queue().enqueue("app.dumps.dump").id)


def report(job_id: str) -> dict[str, Any]:
    job = Job.fetch(job_id, connection=client())
    return {"state": job.get_status().value, "result": job.return_value()}


def dump() -> str:
    """The notes as SQL."""
    command = ["sqlite3", os.environ["DATABASE"], ".dump note"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
