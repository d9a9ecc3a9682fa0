"""The probe: what a switch costs its users, measured against a real server behind TLS."""

import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.services import probe
from infra.onhost.services.probe import Figures, of_site
from tests.support.onhost import Host, new_host
from tests.support.onhost.servers import always, behind_tls
from tests.support.processes import until


def requests(*times: float, failed: tuple[float, ...] = (), took: float = 0.01) -> Figures:
    """What is known of requests that ended at these seconds."""
    found = Figures()
    for ended in times:
        found.add(ended - took, ended not in failed, ended)
    return found


@pytest.mark.parametrize(
    ("given", "total", "failed", "gap"),
    [
        (requests(), 0, 0, 0),
        (requests(1.0), 1, 0, 10),
        (requests(1.0, 1.05, 1.1), 3, 0, 50),
        (requests(1.0, 1.05, 1.1, 1.15, failed=(1.05, 1.1)), 4, 2, 150),
        (requests(1.0, 1.05, 1.35, failed=(1.05,)), 3, 1, 350),
        (requests(1.0, 1.05, 1.35, 1.4, failed=(1.05, 1.35, 1.4)), 4, 3, 400),  # until the end
        (requests(1.0, 1.2, 1.4, failed=(1.0, 1.2)), 3, 2, 410),  # from the beginning
        (requests(1.0, 2.0, failed=(1.0, 2.0)), 2, 2, 1010),  # all the time
    ],
)
def test_the_longest_gap_is_the_longest_time_without_a_good_answer(
    given: Figures, total: int, failed: int, gap: int
) -> None:
    found = given.summary()
    assert (found["requests"], found["failed"], found["longest_gap_ms"]) == (total, failed, gap)


@pytest.mark.parametrize(
    ("times", "p99"),
    [
        ([0.007], 7),
        ([0.001] * 98 + [0.2, 0.3], 300),
        ([0.001] * 198 + [0.2, 0.3], 200),
        ([0.3] + [0.001] * 199, 1),
    ],
)
def test_one_request_of_a_hundred_took_as_long_as_the_99th_percentile(
    times: list[float], p99: int
) -> None:
    for order in (times, times[::-1]):
        found = Figures()
        for number, took in enumerate(order):
            found.add(number - took, True, float(number))
        assert found.summary()["p99_ms"] == p99


def test_a_day_of_requests_takes_no_more_memory_than_a_minute_of_them() -> None:
    found = Figures()
    tracemalloc.start()
    try:
        for number in range(200_000):
            if number == 5_000:
                before = tracemalloc.get_traced_memory()[0]
            found.add(number - 1 / (1 + number % 9973), number % 7 > 0, float(number))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert found.summary()["requests"] == 200_000
    assert grown < 200_000  # bytes


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """More requests a second, so that the tests are short."""
    monkeypatch.setattr(probe, "INTERVAL", 0.02)


@pytest.mark.usefixtures("fast")
def test_an_outage_is_measured(host: Host, tmp_path: Path) -> None:
    ill = threading.Event()
    began = time.monotonic()

    def behaviour(_number: int, _path: str) -> tuple[int, bytes]:
        return (502 if ill.is_set() else 200), b""

    with behind_tls(tmp_path, behaviour) as (port, script):
        with of_site(host.on_port(port), "/up") as running:
            until(lambda: running.result()["requests"] >= 5, "5 requests")
            ill.set()
            until(lambda: running.result()["failed"] >= 5, "5 failures")
            seen = time.monotonic()
            until(lambda: running.result()["failed"] >= 15, "10 more")
            lasted = time.monotonic() - seen
            ill.clear()
            before = running.result()["requests"]
            until(lambda: running.result()["requests"] >= before + 20, "it is well again")
        found = running.result()
    assert set(script.asked) == {"/up"}
    assert found["requests"] == len(script.asked)
    assert 15 <= found["failed"] < found["requests"] - 5
    # By this test's own clock: how fast the machine is does not matter.
    assert lasted * 1000 - 1 <= found["longest_gap_ms"] <= (time.monotonic() - began) * 1000 + 1
    assert 0 < found["p99_ms"] <= (time.monotonic() - began) * 1000 + 1


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("status", [200, 301, 404])  # a release may move what is asked
def test_a_site_that_is_well_fails_nothing(host: Host, tmp_path: Path, status: int) -> None:
    with behind_tls(tmp_path, always(status)) as (port, script):
        with of_site(host.on_port(port), "/") as running:
            until(lambda: len(script.asked) >= 10, "10 requests")
        asked = len(script.asked)
        time.sleep(0.1)
        assert len(script.asked) == asked  # the probe ends with its context
    assert running.result()["failed"] == 0


@pytest.mark.usefixtures("fast")
def test_a_slow_answer_delays_no_other_request(host: Host, tmp_path: Path) -> None:
    enough = threading.Event()
    held: list[float] = []

    def behaviour(number: int, _path: str) -> tuple[int, bytes]:
        if number == 1:
            began = time.monotonic()
            enough.wait(20)
            held.append(time.monotonic() - began)
        return 200, b""

    with behind_tls(tmp_path, behaviour) as (port, script):
        with of_site(host.on_port(port), "/") as running:
            until(lambda: len(script.asked) >= 10, "9 requests meanwhile")
            enough.set()
        found = running.result()
    assert found["failed"] == 0
    assert found["p99_ms"] >= held[0] * 1000 - 1


@pytest.mark.usefixtures("fast")
def test_a_site_that_hangs_ends_the_probe_after_one_timeout(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "TIMEOUT", 0.3)
    with behind_tls(tmp_path, lambda _number, _path: None) as (port, _):
        with of_site(host.on_port(port), "/") as running:
            until(lambda: running.result()["requests"] >= 12, "three timeouts of all")
            before = running.result()["requests"]
        found = running.result()
    assert found["failed"] == found["requests"] <= before + probe.PROBES
    assert found["longest_gap_ms"] >= 800


@pytest.mark.usefixtures("fast")
def test_what_waits_while_a_site_hangs_is_bounded(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "INTERVAL", 0.002)
    monkeypatch.setattr(probe, "PROBES", 5)
    with (
        behind_tls(tmp_path, lambda _number, _path: None) as (port, script),
        of_site(host.on_port(port), "/") as running,
    ):
        until(lambda: len(script.asked) >= 5, "5 requests")
        time.sleep(0.3)
        asked = len(script.asked)
        script.end.set()
        until(lambda: running.result()["requests"] >= 5, "their answers")
    assert asked == 5


def test_a_host_that_cannot_keep_up_is_asked_less_often_and_for_its_own_time_alone(
    host: Host, tmp_path: Path
) -> None:
    """It answers seven requests a second, one after another, whoever asks."""
    answering = threading.Lock()
    took = 1 / 7
    waited: list[float] = []

    def behaviour(_number: int, _path: str) -> tuple[int, bytes]:
        began = time.monotonic()
        with answering:
            time.sleep(took)
        waited.append(time.monotonic() - began)
        return 200, b""

    with behind_tls(tmp_path, behaviour) as (port, script):
        began = time.monotonic()
        with of_site(host.on_port(port), "/") as running:
            until(lambda: running.result()["requests"] >= 30, "30 requests")
        seconds, found = time.monotonic() - began, running.result()
    assert found["failed"] == 0
    assert len(script.asked) <= seconds / took + probe.PROBES
    assert found["p99_ms"] <= max(waited) * 1000 + 500  # with the handshake, on a busy machine
