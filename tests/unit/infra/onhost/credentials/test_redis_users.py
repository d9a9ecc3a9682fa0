"""Redis' users while releases come and go: a real Redis that is never restarted."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from infra.onhost import layout
from infra.onhost.base import apply
from infra.onhost.credentials import redis_users
from tests.support.onhost import Host, new_host
from tests.support.onhost.redis_server import redis_running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


def secret(folder: Path, password: str) -> None:
    """This is the password of today, or of a release."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "redis_password").write_text(password)


def client(password: str) -> Redis:
    return Redis(unix_socket_path=str(layout.REDIS_SOCKET), password=password)


def takes(password: str) -> bool:
    with contextlib.closing(client(password)) as redis:
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
        secret(layout.SECRETS, "one")
        secret(layout.RELEASES / "a" / "secrets", "one")
        redis_users.put()
        with redis_running():
            yield host


@pytest.mark.usefixtures("host")
def test_another_password_is_taken_beside_that_of_a_release_and_connections_stay() -> None:
    with contextlib.closing(client("one")) as kept:
        number = kept.client_id()
        secret(layout.SECRETS, "two")
        assert not redis_users.current()
        redis_users.put()
        redis_users.load()
        assert (takes("one"), takes("two"), takes("three")) == (True, True, False)
        assert kept.client_id() == number


def test_the_password_of_a_release_that_goes_is_refused(host: Host) -> None:
    secret(layout.SECRETS, "two")
    secret(layout.RELEASES / "b" / "secrets", "two")
    redis_users.put()
    redis_users.load()
    applied = apply.digests()
    shutil.rmtree(layout.RELEASES / "a")
    apply.follow_passwords()
    assert (takes("one"), takes("two")) == (False, True)
    assert apply.digests() != applied
    assert apply._applied()["redis_users"] == apply.digests()["redis_users"]
    host.calls.write_text("")
    apply.follow_passwords()
    assert host.called() == []


def test_redis_is_restarted_when_it_knows_none_of_the_passwords(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    secret(layout.SECRETS, "two")
    secret(layout.RELEASES / "a" / "secrets", "three")
    redis_users.put()
    redis_users.load()
    assert host.called() == ["docker restart slipway-base-redis-1"]
    told = capsys.readouterr().err
    assert "restarting Redis" in told
    assert "WRONGPASS" in told
    assert "three" not in told


@pytest.mark.usefixtures("host")
def test_the_same_password_of_many_releases_is_there_once() -> None:
    for name in "bcd":
        secret(layout.RELEASES / name / "secrets", "one")
    assert redis_users.text().count(b"#") == 1
