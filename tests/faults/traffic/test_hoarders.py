"""Strangers who hold what they take do not end nginx, and nobody else notices them."""

import ssl
import time
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Target
from tests.faults.traffic.conftest import memory, nginx_lives, serve, visiting
from tests.faults.traffic.crowd import HTTP_2, Crowd, status

pytestmark = [pytest.mark.destructive, pytest.mark.usefixtures("nothing_is_restarted")]


@pytest.fixture(scope="module", autouse=True)
def application(target: Target) -> None:
    serve(target)


@pytest.fixture
def crowd(target: Target) -> Iterator[Crowd]:
    with Crowd(target.site).gathered() as found:
        yield found


def test_bodies_whose_end_does_not_come(target: Target, crowd: Crowd) -> None:
    head = crowd.request("POST /upload HTTP/1.1", "Content-Length: 9900000") + b"\r\n"
    with nginx_lives(target, "40 bodies of 9.9 MB"), visiting(target) as visits:
        for _ in range(40):
            crowd.send(head, b"x" * 9_899_000)
        time.sleep(2)
        print("meanwhile", memory(target))
    assert len(crowd.connections) == 40
    assert len(visits.statuses) > 10
    assert visits.failed == []


def test_one_client_cannot_take_the_places_of_all(target: Target, crowd: Crowd) -> None:
    head = crowd.request("POST /upload HTTP/1.1", "Content-Length: 9900") + b"\r\n"
    with nginx_lives(target, "160 bodies, held back"), visiting(target) as visits:
        held = [crowd.send(head, b"x" * 9000) for _ in range(160)]
        statuses = [status(one, 0.05) for one in held if one]
        assert statuses.count(503) == 60
        assert set(statuses) == {0, 503}
    assert visits.failed == []


def test_idle_connections(target: Target, crowd: Crowd) -> None:
    with nginx_lives(target, "3,500 idle connections of HTTP/2"), visiting(target) as visits:
        for _ in range(3500):
            crowd.send(HTTP_2, protocol="h2")
        print("meanwhile", memory(target))
        time.sleep(2)
    assert len(crowd.connections) > 3400
    assert visits.failed == []


def test_headers_that_do_not_end(target: Target, crowd: Crowd) -> None:
    begun = crowd.request("GET / HTTP/1.1", *(f"X-{n}: {'x' * 300}" for n in range(90)))
    with nginx_lives(target, "400 headers of 28 kB without an end"), visiting(target) as visits:
        for _ in range(400):
            crowd.send(begun)
        print("meanwhile", memory(target))
        time.sleep(11)
        assert {status(one, 0.01) for one in crowd.connections} <= {-1, 408}
    assert visits.failed == []


def test_headers_that_are_too_long_or_too_many(target: Target, crowd: Crowd) -> None:
    long = crowd.request("GET / HTTP/1.1", *(f"X-{n}: {'x' * 10000}" for n in range(4)))
    many = crowd.request("GET / HTTP/1.1", *("x:" for _ in range(8000)))
    with nginx_lives(target, "400 headers of 40 kB"), visiting(target) as visits:
        for _ in range(200):
            crowd.send(long)
            crowd.send(many)
    assert {status(one) for one in crowd.connections} <= {400, 431, -1}
    assert visits.failed == []


def test_answers_that_are_taken_slowly(target: Target, crowd: Crowd) -> None:
    with nginx_lives(target, "90 answers of 2 MB, not taken"), visiting(target) as visits:
        for _ in range(90):
            crowd.send(crowd.request("GET /megabytes/2 HTTP/1.1") + b"\r\n", received=4096)
        time.sleep(3)
        print("meanwhile", memory(target))
    assert visits.failed == []


def test_a_slow_client_gets_200_megabytes_and_holds_nobody_up(target: Target, crowd: Crowd) -> None:
    connection = crowd.send(crowd.request("GET /megabytes/200 HTTP/1.1") + b"\r\n", received=65536)
    assert connection
    with nginx_lives(target, "200 MB by a slow client"), visiting(target) as visits:
        taken = 0
        for _ in range(45):  # longer than a request may take
            taken += len(connection.recv(100_000, 0))
            time.sleep(1)
        print("meanwhile", memory(target))
        while part := connection.recv(1024**2):
            taken += len(part)
            if taken > 200 * 1024**2:
                break
    assert taken > 200 * 1024**2
    assert visits.failed == []


def taken(connection: ssl.SSLSocket) -> bytes:
    """A part of an answer, if there is one by now."""
    connection.settimeout(0.01)
    try:
        return connection.recv(20_000)
    except OSError:
        return b""


def test_sixty_slow_clients_of_200_megabytes_leave_threads_to_others(
    target: Target, crowd: Crowd
) -> None:
    request = crowd.request("GET /megabytes/200 HTTP/1.1") + b"\r\n"
    with nginx_lives(target, "60 slow clients of 200 MB"), visiting(target) as visits:
        held = [crowd.send(request, received=16384) for _ in range(60)]
        heads: dict[int, bytes] = {}
        for _ in range(40):
            for number, one in enumerate(held):
                if one and (part := taken(one)):
                    heads.setdefault(number, part[:12])
            time.sleep(0.5)
    statuses = [head.split()[1] for head in heads.values()]
    print(f"{statuses.count(b'200')} served, {statuses.count(b'503')} refused;"
          f" the slowest visitor {max(visits.seconds):.1f} s of {len(visits.seconds)}")  # fmt: skip
    assert set(statuses) == {b"200", b"503"}
    assert statuses.count(b"200") >= 24
    assert visits.failed == []


def test_a_connection_s_many_requests_over_http_2(target: Target, crowd: Crowd) -> None:
    # GET /megabytes/2 on 60 streams of each connection, whose window is never opened.
    path, name = b"/megabytes/2", target.site.domain.encode()
    block = b"\x82\x87\x04" + bytes([len(path)]) + path + b"\x01" + bytes([len(name)]) + name
    frames = b"".join(
        len(block).to_bytes(3) + b"\x01\x05" + (2 * number + 1).to_bytes(4) + block
        for number in range(60)
    )
    with nginx_lives(target, "600 requests on 10 connections"), visiting(target) as visits:
        for _ in range(10):
            crowd.send(HTTP_2 + frames, protocol="h2")
        time.sleep(3)
        print("meanwhile", memory(target))
    assert visits.failed == []
