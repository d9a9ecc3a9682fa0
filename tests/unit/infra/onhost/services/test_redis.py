"""Redis and RQ's queues as the host's status sees them: a real Redis, real jobs in each state."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from infra.onhost.command import Failure
from infra.onhost.credentials import redis_users
from infra.onhost.services import redis
from tests.support.onhost import Host, new_host
from tests.support.onhost.redis_server import redis_running

PASSWORD = "of the tests: é"  # noqa: S105  for the tests' own Redis
COUNTED = ("queued", "started", "scheduled", "deferred", "failed", "workers")
NOTHING: dict[str, object] = dict.fromkeys(COUNTED, 0) | {"unserved": {}}


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """A host with the Redis and the users that a deploy would give it."""
    with new_host() as host:
        (host.layout.secrets / "redis_password").write_text(PASSWORD)
        host.layout.redis_users.write_bytes(redis_users.text(host))
        with redis_running(host):
            yield host


@pytest.fixture
def client(host: Host) -> Iterator[Redis]:
    """The application's client of an empty Redis."""
    assert host
    with contextlib.closing(
        Redis(unix_socket_path=str(host.layout.redis_socket), password=PASSWORD)
    ) as client:
        client.flushall()
        yield client


def counted(host: Host) -> dict[str, int]:
    found = redis.state(host)
    return {name: found[name] for name in NOTHING}


@pytest.mark.usefixtures("client")
def test_a_redis_that_nobody_used_has_no_jobs(host: Host) -> None:
    assert counted(host) == NOTHING


@pytest.mark.usefixtures("client")
def test_memory_and_its_limit_are_told(host: Host) -> None:
    found = redis.state(host)
    assert found["memory_limit"] == 64 * 1024 * 1024
    assert 100_000 < found["memory"] < 64 * 1024 * 1024
    assert found.keys() == {*NOTHING, "memory", "memory_limit"}


def work(client: Redis, queue: Queue) -> None:
    SimpleWorker([queue], connection=client, serializer=JSONSerializer).work(burst=True)


def start(client: Redis, job: Job, queue: Queue) -> None:
    """What a worker does first with a job."""
    queue.remove(job.id)
    with client.pipeline() as pipeline:
        execution = Execution.create(job, ttl=60, pipeline=pipeline)
        StartedJobRegistry(queue=queue).add_execution(execution, pipeline, ttl=60)
        pipeline.execute()


def test_jobs_in_every_state_are_counted_over_all_queues(host: Host, client: Redis) -> None:
    one, two = (
        Queue(name, connection=client, serializer=JSONSerializer) for name in ("one", "two")
    )
    for queue, times in ((one, 1), (two, 2)):
        for _ in range(times):
            queue.enqueue("operator.truediv", 1, 0)
        work(client, queue)
    for _ in range(4):
        parent = one.enqueue("time.sleep", 1)
    two.enqueue("time.sleep", 1, depends_on=parent)
    for _ in range(5):
        two.enqueue_at(datetime.now(UTC) + timedelta(hours=1), "time.sleep", 1)
    start(client, one.enqueue("time.sleep", 1), one)
    start(client, two.enqueue("time.sleep", 1), two)
    for name in ("first", "second", "third"):
        worker = Worker([one], name=name, connection=client)
        worker.register_birth()  # type: ignore[no-untyped-call]  # it has no types
    assert counted(host) == {
        "queued": 4,
        "started": 2,
        "scheduled": 5,
        "deferred": 1,
        "failed": 3,
        "workers": 3,
        "unserved": {},
    }


def test_a_queue_that_no_worker_looks_at_is_named(host: Host, client: Redis) -> None:
    for name in ("one", "other", "empty"):
        queue = Queue(name, connection=client, serializer=JSONSerializer)
        job = queue.enqueue("operator.add", 1, 1)
    queue.remove(job.id)
    worker = Worker(["one"], connection=client)
    worker.register_birth()  # type: ignore[no-untyped-call]  # it has no types
    assert redis.state(host)["unserved"] == {"other": 1}


def test_a_job_that_ended_well_is_no_longer_counted(host: Host, client: Redis) -> None:
    queue = Queue("one", connection=client, serializer=JSONSerializer)
    queue.enqueue("operator.add", 1, 1)
    assert counted(host) == NOTHING | {"queued": 1, "unserved": {"one": 1}}
    work(client, queue)
    assert counted(host) == NOTHING


@pytest.mark.usefixtures("client")
def test_a_wrong_password_is_told_in_redis_own_words(host: Host) -> None:
    password = host.layout.secrets / "redis_password"
    password.write_text("another")
    with pytest.raises(Failure, match=r"^Redis does not answer: WRONGPASS "):
        redis.state(host)
    password.unlink()
    with pytest.raises(Failure, match=f"No such file or directory: '{password}'$"):
        redis.state(host)
    password.write_text(PASSWORD)
