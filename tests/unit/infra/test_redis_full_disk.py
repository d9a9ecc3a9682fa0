"""A real Redis, with the configuration that it has on a host, on a disk that becomes full."""

import os
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from infra.onhost.credentials import redis_users
from tests.support.onhost import Host, new_host
from tests.support.onhost.mounts import mounted
from tests.support.onhost.redis_server import redis_running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system: needs root")

PASSWORD = "of the tests"  # noqa: S105  for the tests' own Redis
ROOM = 4 * 1024**2


def client(host: Host) -> Redis:
    once = Retry(NoBackoff(), 0)
    socket = str(host.layout.redis_socket)
    return Redis(unix_socket_path=socket, password=PASSWORD, retry=once, decode_responses=True)


def fill_up(host: Host, ballast: Path) -> list[str]:
    """Adds jobs until one is refused; the keys of those that were acknowledged."""
    ballast.write_bytes(bytes(ROOM - 256 * 1024))
    acknowledged = []
    with client(host) as redis:
        try:
            for number in range(200):
                redis.set(f"job:{number}", "x" * 4000)
                acknowledged.append(f"job:{number}")
        except RedisError:
            return acknowledged
    raise AssertionError("the disk is not full")


def test_no_acknowledged_job_is_lost_when_the_disk_is_full_and_redis_is_killed_then() -> None:
    with new_host() as host, mounted(host.root / "data", f"size={ROOM}"):
        (host.layout.secrets / "redis_password").write_text(PASSWORD)
        host.layout.redis_users.write_bytes(redis_users.text(host))
        ballast = host.root / "data" / "ballast"
        with redis_running(host):
            acknowledged = fill_up(host, ballast)
        ballast.unlink()
        host.layout.redis_socket.unlink(missing_ok=True)
        with redis_running(host), client(host) as redis:
            assert set(acknowledged) <= set(redis.keys())
            assert redis.set("job:next", "x")
    assert len(acknowledged) > 30
