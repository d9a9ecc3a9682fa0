"""Redis' users while releases come and go: a real Redis that is never restarted."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from infra.onhost.base import apply
from infra.onhost.credentials import redis_users
from tests.support.onhost import Host, new_host
from tests.support.onhost.redis_server import redis_running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


def secret(folder: Path, password: str) -> None:
    """This is the password of today, or of a release."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "redis_password").write_text(password)


def client(host: Host, password: str) -> Redis:
    return Redis(unix_socket_path=str(host.layout.redis_socket), password=password)


def takes(host: Host, password: str) -> bool:
    with contextlib.closing(client(host, password)) as redis:
        try:
            return redis.ping() is True
        except AuthenticationError:
            return False


@pytest.fixture
def host() -> Iterator[Host]:
    """A host on which a release is live whose password is today's."""
    with new_host() as host:
        for program in ("docker", "systemctl"):
            host.program(program)
        secret(host.layout.secrets, "one")
        secret(host.layout.releases / "a" / "secrets", "one")
        redis_users.put(host)
        with redis_running(host):
            yield host


def test_another_password_is_taken_beside_that_of_a_release_and_connections_stay(
    host: Host,
) -> None:
    with contextlib.closing(client(host, "one")) as kept:
        number = kept.client_id()
        secret(host.layout.secrets, "two")
        assert not redis_users.current(host)
        redis_users.put(host)
        redis_users.load(host)
        assert (takes(host, "one"), takes(host, "two"), takes(host, "three")) == (True, True, False)
        assert kept.client_id() == number


def test_the_password_of_a_release_that_goes_is_refused(host: Host) -> None:
    secret(host.layout.secrets, "two")
    secret(host.layout.releases / "b" / "secrets", "two")
    redis_users.put(host)
    redis_users.load(host)
    applied = apply.digests(host)
    shutil.rmtree(host.layout.releases / "a")
    apply.follow_passwords(host)
    assert (takes(host, "one"), takes(host, "two")) == (False, True)
    assert apply.digests(host) != applied
    assert apply._applied(host)["redis_users"] == apply.digests(host)["redis_users"]
    host.calls.write_text("")
    apply.follow_passwords(host)
    assert host.called() == []


def test_redis_is_restarted_when_it_knows_none_of_the_passwords(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    secret(host.layout.secrets, "two")
    secret(host.layout.releases / "a" / "secrets", "three")
    redis_users.put(host)
    redis_users.load(host)
    assert host.called() == ["docker restart slipway-base-redis-1"]
    told = capsys.readouterr().err
    assert "restarting Redis" in told
    assert "WRONGPASS" in told
    assert "three" not in told


def test_the_same_password_of_many_releases_is_there_once(host: Host) -> None:
    for name in "bcd":
        secret(host.layout.releases / name / "secrets", "one")
    assert redis_users.text(host).count(b"#") == 1
