"""The queue of jobs, as a part of the application."""

from __future__ import annotations

from flask import Flask, current_app
from redis import Redis

from app.config import Config
from app.jobs.queue import JobQueue


def init_app(app: Flask, config: Config, client: Redis) -> None:
    """Give the application its queue."""
    app.extensions["job_queue"] = JobQueue(client, config)


def current() -> JobQueue:
    """The queue of the application that answers this request."""
    queue: JobQueue = current_app.extensions["job_queue"]
    return queue
