"""Slow is not hung: real processes that are stopped, asleep or at work, in the place of a web's."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from infra.onhost.watchdog import progress
from infra.onhost.watchdog.progress import Machine, Progress
from infra.onhost.watchdog.watch import watch
from tests.support.onhost import Host
from tests.support.onhost.watched import docker, done, well, with_

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
SLEEP, WORK = "import time; time.sleep(99)", "while True: pass"
# The process that does it is a child, as a web server's are; the parent waits.
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', {0!r}])"
Start = Callable[[str], int]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a program with a child, in a group of its own that ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def program(does: str) -> int:
        words = [sys.executable, "-c", PARENT.format(does)]
        started.append(subprocess.Popen(words, start_new_session=True))
        pid = started[-1].pid
        while len(progress.sample(pid)["states"]) < 2:
            time.sleep(0.01)
        time.sleep(0.3)  # it has begun
        return pid

    yield program
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def look(host: Host, **web: object) -> None:
    """Two looks at a web like this, some time apart; only the second knows what has changed."""
    docker(host, with_(host, web=web))
    watch(host)
    assert done(host) == []
    time.sleep(0.5)
    watch(host)


def restarts(host: Host) -> list[str]:
    return [f"docker restart 5 {well(host)['web'].id}"]


def test_an_unhealthy_one_that_sleeps_is_restarted_at_once(host: Host, start: Start) -> None:
    look(host, health="unhealthy", pid=start(SLEEP))
    assert done(host) == restarts(host)


def test_one_that_was_stopped_is_restarted_before_docker_calls_it_unhealthy(
    host: Host, start: Start
) -> None:
    pid = start(SLEEP)
    os.killpg(pid, signal.SIGSTOP)
    look(host, health="healthy", pid=pid)
    assert done(host) == restarts(host)


def test_one_that_works_is_slow_and_given_more_time_each_time(
    host: Host,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    look(host, health="unhealthy", pid=start(WORK))
    assert done(host) == []
    said = capsys.readouterr().err
    assert "slipway-a-web-1 is slow and not hung: it uses " in said
    assert "restarting it in 120 s unless that changes" in said
    clock, began = time.monotonic, time.monotonic()
    tried = []
    for seconds in range(0, 900, 60):
        monkeypatch.setattr("time.monotonic", lambda later=seconds: clock() + later)
        before = len(done(host))
        watch(host)
        # Real time is short for the processor's share: it works all the same.
        tried += [seconds] if restarts(host)[0] in done(host)[before:] else []
    assert clock() - began < 60
    assert tried[0] >= 120
    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert waits == sorted(waits)
    assert waits[0] >= 240


def test_a_worker_is_not_restarted_because_redis_is_away(host: Host, start: Start) -> None:
    """It is not healthy without Redis; a restart would end its job, and help nobody."""
    pid = start(SLEEP)
    redis = {"state": "restarting", "health": "unhealthy"}
    docker(host, with_(host, redis=redis, worker={"health": "unhealthy", "pid": pid}))
    watch(host)
    time.sleep(0.3)
    watch(host)
    assert done(host) == []
    docker(host, with_(host, worker={"health": "unhealthy", "pid": pid}))
    watch(host)
    assert done(host) == [f"docker restart 5 {well(host)['worker'].id}"]


def test_a_healthy_one_that_works_is_left_alone(host: Host, start: Start) -> None:
    look(host, health="healthy", pid=start(WORK))
    assert done(host) == []


def test_one_that_hangs_again_and_again_is_told_once_and_tried_less_often(
    host: Host, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes up healthy each time: a crash of that kind has no end, and no loop follows it."""
    clock, pid = time.monotonic, start(SLEEP)
    states = ["unhealthy", "starting", "healthy"]
    for number, health in enumerate(["unhealthy", *states * 9]):
        monkeypatch.setattr("time.monotonic", lambda later=40 * number: clock() + later)
        docker(host, with_(host, web={"health": health, "pid": pid}))
        watch(host)
    steps = done(host)
    assert 3 <= steps.count(restarts(host)[0]) <= 6  # of nine hangs in 18 minutes
    assert steps.count("systemctl start slipway-alert@watchdog-slipway-a-web-1-health.service") == 1


QUIET, BUSY = Machine(0.2, 0, 0), Machine(3.0, 80, 0)


@pytest.mark.parametrize(
    ("share", "states", "machine", "slow"),
    [
        (0.5, "SR", QUIET, True),
        (0.0, "SS", QUIET, False),
        (0.01, "SS", QUIET, False),  # the machine has time for it
        (0.01, "SS", BUSY, True),
        (0.0, "SS", BUSY, False),
        (0.0, "SR", QUIET, True),  # it wants to run, and its limit lets it not
        (0.0, "SD", QUIET, False),
        (0.0, "SD", BUSY, True),
        (0.01, "SS", Machine(0.1, 0, 0.3), True),  # others take the hardware's time
        (0.9, "ST", BUSY, False),
    ],
)
def test_slow_is_what_gets_on_or_waits_for_a_busy_machine(
    share: float, states: str, machine: Machine, slow: bool
) -> None:
    assert Progress(share, states, stopped_before=False).is_slow(machine) is slow


def test_the_progress_of_another_life_says_nothing() -> None:
    now = progress.sample(os.getpid())
    assert progress.between(None, now) is None
    assert progress.between(now | {"pid": 1, "at": 0.0}, now) is None


def test_the_machine_s_own_figures_are_read() -> None:
    before = progress.machine_time()
    found = progress.machine(before, before | {"total": before["total"] + 100, "steal": 20})
    assert found.load >= 0
    assert 0 <= found.pressure <= 100
    assert found.steal == pytest.approx((20 - before["steal"]) / 100)
