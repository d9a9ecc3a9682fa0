"""What operators see: readiness, figures, log lines, and the id that ties them to a request."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.job_requests import WORKER, began, in_state
from tests.support.metrics import figure
from tests.support.processes import Start, until
from tests.support.redis_server import RedisServer


def test_the_figures_tell_of_jobs_and_workers(
    client: FlaskClient, redis: RedisServer, start: Start
) -> None:
    began(client, 1)
    text = client.get("/metrics").text
    assert figure(text, "slipway_jobs", state="queued") == 1
    assert figure(text, "slipway_workers") == 0
    url = began(client, 2, fail_at=1)
    start(redis.environ, *WORKER)
    in_state(client, url, "failed")

    def failed() -> bool:  # it is counted after the job has its state
        text = client.get("/metrics").text
        return figure(text, "slipway_job_outcomes_total", outcome="failed") == 1

    until(failed, "the failed job is counted")
    text = client.get("/metrics").text
    assert figure(text, "slipway_jobs", state="queued") == 0
    assert figure(text, "slipway_job_outcomes_total", outcome="finished") == 1
    assert figure(text, "slipway_job_outcomes_total", outcome="retried") == 0
    assert figure(text, "slipway_workers", queue="default") == 1
    assert figure(text, "slipway_redis_up") == 1
