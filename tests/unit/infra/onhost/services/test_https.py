"""The site as a client asks for it: a real server behind TLS, and some that misbehave."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.services import https
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.servers import always, behind_tls

TLS = https.context()


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_the_site_is_asked_by_its_name_whatever_its_certificate(host: Host, tmp_path: Path) -> None:
    with behind_tls(tmp_path, always(503, b"said")) as (port, script):
        assert https.ask(host.on_port(port), "/a?b=c", TLS) == (503, b"said")
    assert script.asked == ["/a?b=c"]
    assert script.hosts == {DOMAIN}


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A listener behind which nobody shakes hands."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_who_does_not_shake_hands_is_given_up(host: Host, mute: socket.socket) -> None:
    with pytest.raises(TimeoutError):
        https.ask(host.on_port(mute.getsockname()[1]), "/", TLS, 0.1)


def test_who_hangs_after_the_handshake_is_given_up(host: Host, tmp_path: Path) -> None:
    began = time.monotonic()
    with behind_tls(tmp_path, lambda _number, _path: None) as (port, _):
        with pytest.raises(TimeoutError):
            https.ask(host.on_port(port), "/", TLS, 0.2)
        assert time.monotonic() - began < 3


def test_what_is_no_tls_is_an_error(host: Host, mute: socket.socket) -> None:
    def refuse() -> None:
        connection, _ = mute.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(OSError, match="SSL"):
        https.ask(host.on_port(mute.getsockname()[1]), "/", TLS)
    thread.join()


def test_an_answer_that_is_no_http_is_an_error(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # http.server cannot be made to talk nonsense but by its own version.
    monkeypatch.setattr("http.server.BaseHTTPRequestHandler.protocol_version", "SPDY/3")
    with (
        behind_tls(tmp_path, always(200)) as (port, _),
        pytest.raises(OSError, match="no HTTP answer from nginx: BadStatusLine"),
    ):
        https.ask(host.on_port(port), "/", TLS)
