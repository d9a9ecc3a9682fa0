"""What a real Redis says of its settings, and that it takes those of its file."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.credentials import redis_users
from infra.onhost.mending import base
from infra.onhost.running import redis_running
from infra.onhost.services import redis
from tests.support.onhost import Host, new_host
from tests.support.onhost.redis_server import redis_running as running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host on which Redis runs with its file."""
    with new_host() as host:
        host.program("docker")
        (host.layout.secrets / "redis_password").write_text("one")
        redis_users.put(host)
        with running(host):
            file = host.layout.base / "redis" / "redis.conf"
            file.parent.mkdir(parents=True)
            file.write_text((host.layout.redis_sockets / "redis.conf").read_text())
            yield host


def change(host: Host, name: str, value: str) -> None:
    """Redis has another value from now on, as if somebody had set it."""
    with redis_users.administrator(host) as stream:
        redis.command(stream, "CONFIG", "SET", name, value)


def test_a_redis_that_runs_with_its_file_is_right(host: Host) -> None:
    assert list(redis_running.differences(host)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory-policy", "allkeys-lru"),
        ("maxmemory", "1mb"),
        ("appendfsync", "no"),
        ("save", "60 1"),
    ],
)
def test_what_redis_has_otherwise_is_named_and_set(host: Host, name: str, value: str) -> None:
    change(host, name, value)
    [found] = redis_running.differences(host)
    assert str(found).startswith(f"Redis runs with {name} ")
    base.settings(host)
    assert list(redis_running.differences(host)) == []


def test_nobody_may_change_redis_afterwards(host: Host) -> None:
    change(host, "maxmemory", "1mb")
    with (
        redis.session(host, "one") as stream,
        pytest.raises(ValueError, match="NOPERM"),
    ):
        redis.command(stream, "CONFIG", "SET", "maxmemory", "0")
    assert redis_users.ADMINISTRATOR not in host.layout.redis_users.read_text()
