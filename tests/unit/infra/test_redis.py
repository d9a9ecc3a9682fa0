"""A real Redis with the configuration and the users that it has on a host."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError
from redis.retry import Retry

from infra import base
from infra.onhost import layout
from infra.onhost.credentials import redis_users
from infra.onhost.layout import LAYOUT
from infra.settings import load
from tests.support.onhost import new_host
from tests.support.onhost.redis_server import redis_running

PASSWORD = "of the tests"  # noqa: S105  for the tests' own Redis
SETTINGS = load({"domain": "app.example.org", "email": "you@example.org"}, "one")


def configuration(size: str, **values: str) -> str:
    redis = SETTINGS.redis.model_copy(update={"memory": size} | values)
    settings = SETTINGS.model_copy(update={"redis": redis})
    images = base.image("nginx", settings), base.image("redis", settings)
    files = {file.path: file.content for file in base.base_files(settings, *images)}
    return (files[str(LAYOUT.base / "redis" / "redis.conf")] or b"").decode()


@pytest.mark.parametrize(("size", "most"), [("256m", "153mb"), ("2g", "1228mb"), ("10m", "6mb")])
def test_the_data_may_take_60_percent_of_the_memory(size: str, most: str) -> None:
    assert f"\nmaxmemory {most}\n" in configuration(size)


@pytest.mark.parametrize("fsync", ["always", "everysec"])
def test_a_change_is_on_the_disk_when_the_settings_say(fsync: str) -> None:
    assert f"\nappendfsync {fsync}\n" in configuration("256m", fsync=fsync)


def test_redis_stands_where_the_layout_says() -> None:
    lines = configuration("256m").splitlines()
    assert f"unixsocket {LAYOUT.redis_socket}" in lines
    assert f"aclfile {LAYOUT.redis_users}" in lines
    assert f"dir {layout.CONTAINER_REDIS_DATA}" in lines


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """The socket of a Redis of the template, on a host in a directory."""
    with new_host() as host:
        (host.layout.secrets / "redis_password").write_text(PASSWORD)
        host.layout.redis_users.write_bytes(redis_users.text(host))
        with redis_running(host):
            _await(host.layout.redis_socket, host.layout.redis_sockets / "log")
            yield host.layout.redis_socket


def _await(socket: Path, log: Path) -> None:
    end = time.monotonic() + 45
    while True:
        with contextlib.suppress(RedisError), client(socket) as redis:
            redis.ping()
            return
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.03)


@contextlib.contextmanager
def client(socket: Path, password: str = PASSWORD, user: str | None = None) -> Iterator[Redis]:
    once = Retry(NoBackoff(), 0)
    redis = Redis(unix_socket_path=str(socket), username=user, password=password, retry=once)
    with contextlib.closing(redis):
        yield redis


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("maxmemory", str(64 * 1024 * 1024)),
        ("maxmemory-policy", "noeviction"),
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("save", ""),
        ("unixsocketperm", "770"),
    ],
)
def test_redis_takes_its_configuration(server: Path, name: str, value: str) -> None:
    with client(server) as redis:
        assert redis.config_get(name) == {name: value}


def test_the_application_s_password_opens_redis(server: Path) -> None:
    with client(server) as redis:
        assert redis.set("key", "value")
        assert redis.get("key") == b"value"


def test_another_password_does_not(server: Path) -> None:
    with client(server, "wrong") as redis, pytest.raises(AuthenticationError):
        redis.ping()


@pytest.mark.parametrize("command", ["SHUTDOWN", "DEBUG SLEEP 0", "REPLICAOF NO ONE"])
def test_the_application_cannot_harm_the_server(server: Path, command: str) -> None:
    with client(server) as redis, pytest.raises(ResponseError, match=r"no permissions|not allowed"):
        redis.execute_command(*command.split())  # type: ignore[no-untyped-call]  # it has no types


def test_the_health_check_may_ping_and_nothing_else(server: Path) -> None:
    with client(server, "none", "health") as redis:
        assert redis.ping()
        with pytest.raises(NoPermissionError):
            redis.get("key")
        with pytest.raises(NoPermissionError):
            redis.config_get("port")
