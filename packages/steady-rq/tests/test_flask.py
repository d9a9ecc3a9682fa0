from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest
from redis import Redis
from rq import SimpleWorker
from rq_stand import PASSWORD, RedisServer

from steady_rq import SteadyRQ
from steady_rq.environment import SettingError
from steady_rq.prometheus import QueueCollector


@pytest.fixture
def application(redis_server: RedisServer) -> Iterator[tuple[Flask, SteadyRQ]]:
    redis_server.client.flushall()
    jobs, app = SteadyRQ(serializer="json"), Flask(__name__)
    app.config.update(
        REDIS_URL=f"unix://{redis_server.socket}",
        REDIS_PASSWORD_FILE=str(redis_server.password_file),
        QUEUES="mails,default",
        JOB_TIMEOUT=77,
    )
    jobs.init_app(app)
    with app.app_context():
        yield app, jobs


def test_an_application_adds_jobs_to_the_first_queue_and_cancels_them(
    application: tuple[Flask, SteadyRQ],
) -> None:
    _, jobs = application
    job = jobs.enqueue("math.sqrt", 4)
    assert (job.origin, job.timeout) == ("mails", 77)
    assert jobs.queue("default").count == 0
    jobs.cancel(job.id)
    assert jobs.job(job.id).is_canceled
    assert jobs.workers() == []


def test_each_application_has_its_own(
    application: tuple[Flask, SteadyRQ], redis_server: RedisServer
) -> None:
    _, jobs = application
    other = Flask("other")
    with Redis(unix_socket_path=str(redis_server.socket), password=PASSWORD) as client:
        SteadyRQ(other, client=client)
        with other.app_context():
            assert jobs.queue().name == "default"
    assert jobs.queue().name == "mails"
    other.config["REDIS_URL"] = "nowhere"
    with pytest.raises(SettingError, match="REDIS_URL"):
        SteadyRQ(other)


def test_the_figures_tell_of_jobs_and_of_redis(application: tuple[Flask, SteadyRQ]) -> None:
    _, jobs = application
    queue = jobs.queue()
    jobs.enqueue("math.sqrt", 4)
    registry = CollectorRegistry()
    registry.register(QueueCollector([queue]))
    figures = generate_latest(registry).decode()
    assert 'steady_rq_jobs{queue="mails",state="queued"} 1.0' in figures
    assert "steady_rq_redis_up 1.0" in figures
    SimpleWorker([queue], connection=queue.connection, serializer=queue.serializer).work(burst=True)
    figures = generate_latest(registry).decode()
    assert 'steady_rq_jobs{queue="mails",state="finished"} 1.0' in figures
