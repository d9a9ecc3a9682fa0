"""Figures for Prometheus: requests of this web server, and the queue, jobs and workers in Redis.

For the inside only: nginx does not pass the address on.
"""

from __future__ import annotations

import os
import time

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from app.extensions import job_queue
from app.multiprocess_metrics import FOLDER_VARIABLE
from steady_rq.prometheus import QueueCollector

KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

blueprint = Blueprint("metrics", __name__)

_own = CollectorRegistry()
request_count = Counter(
    "slipway_requests", "Requests answered", ["method", "route", "status"], registry=_own
)
request_seconds = Histogram(
    "slipway_request_seconds", "Seconds until an answer was ready", ["route"], registry=_own
)


@blueprint.get("/metrics")
def metrics() -> Response:
    """All figures as text; those of Redis are left out while it does not answer."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER_VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's gap
    else:
        registry = _own
    text = generate_latest(registry)
    redis = CollectorRegistry()
    redis.register(QueueCollector([job_queue.current().rq], prefix="slipway"))
    return Response(text + generate_latest(redis), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count all requests of an application, and add the address of the figures."""
    app.before_request(_begin)
    app.after_request(_count)
    app.register_blueprint(blueprint)


def _begin() -> None:
    g.begin = time.perf_counter()


def _count(response: Response) -> Response:
    # The rule and not the path: strangers choose paths, and each would be a figure of its own.
    route = request.url_rule.rule if request.url_rule else "unmatched"
    method = request.method if request.method in KNOWN_METHODS else "other"
    request_count.labels(method, route, response.status_code).inc()
    request_seconds.labels(route).observe(time.perf_counter() - g.begin)
    return response
