"""The lengths of queues of other libraries than RQ, from a real Redis with their keys."""

from infra.onhost.credentials import redis_users
from infra.onhost.processes import other_queues
from infra.onhost.processes.kinds import Process
from infra.onhost.services import redis
from tests.support.onhost import new_host
from tests.support.onhost.redis_server import redis_running

# What each library wrote when a job was added to a queue of this name.
KEYS = {"mails-x": "mails-x", "reports": "dramatiq:reports", "My-app": "huey.redis.Myapp"}


def test_the_jobs_that_wait_are_counted_by_the_library_of_the_process() -> None:
    processes = [
        Process("one", queues=["mails-x"], library="celery"),
        Process("two", queues=["reports", "unused"], library="dramatiq"),
        Process("three", queues=["My-app"], library="huey"),
        Process("four", queues=["prio"], library="huey"),
        Process("five", queues=["default"]),
    ]
    with new_host() as host:
        (host.layout.secrets / "redis_password").write_text("of the tests")
        host.layout.redis_users.write_bytes(redis_users.text(host))
        with redis_running(host):
            with redis.session(host, "of the tests") as stream:
                for count, key in enumerate(KEYS.values(), start=1):
                    redis.command(stream, "RPUSH", key, *("job" for _ in range(count)))
                redis.command(stream, "ZADD", "huey.redis.prio", "1", "one", "2", "two")
            assert other_queues.waiting(host, processes) == {
                "mails-x": 1, "reports": 2, "unused": 0, "My-app": 3, "prio": 2,
            }  # fmt: skip


def test_redis_is_not_asked_when_all_jobs_are_rq_s() -> None:
    with new_host() as host:
        assert other_queues.waiting(host, [Process("worker", queues=["default"])]) == {}
