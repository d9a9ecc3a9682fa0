"""A Redis that does not answer: a socket that misbehaves stands in its place."""

import socket
import threading
from collections.abc import Iterator

import pytest

from infra.onhost.command import Failure
from infra.onhost.services import redis
from tests.support.onhost import Host, new_host


@pytest.fixture
def host() -> Iterator[Host]:
    """A host on which no Redis runs."""
    with new_host() as host:
        (host.layout.secrets / "redis_password").write_text("of the tests")
        yield host


def failure(host: Host) -> str:
    with pytest.raises(Failure) as failure:
        redis.state(host)
    return str(failure.value)


@pytest.fixture
def listener(host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What listens in Redis' place."""
    path = host.layout.redis_socket
    monkeypatch.setattr(redis, "TIMEOUT", 0.1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield listener


@pytest.mark.usefixtures("listener")
def test_a_redis_that_hangs_is_given_up(host: Host) -> None:
    assert failure(host) == "Redis does not answer: timed out"


def test_a_redis_that_is_gone_is_a_failure(host: Host, listener: socket.socket) -> None:
    listener.close()
    assert failure(host) == "Redis does not answer: [Errno 111] Connection refused"
    host.layout.redis_socket.unlink()
    assert failure(host) == "Redis does not answer: [Errno 2] No such file or directory"


def test_a_redis_that_dies_while_it_answers_is_a_failure(
    host: Host, listener: socket.socket
) -> None:
    def die() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)

    thread = threading.Thread(target=die)
    thread.start()
    assert failure(host) == "Redis does not answer: the connection was closed"
    thread.join()
