"""An application with a process of each kind, under load, through three releases and a rollback."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra.onhost import layout
from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.processes.websocket import Conversation
from tests.site import wait_until

FOUR = Path(__file__).parent / "four"
NOTES = layout.LAYOUT.volumes / "notes"
QUEUES = ("default", "mails", "microblog-tasks")
PERIOD = 0.2  # seconds from one tick of the clock to the next
STOP_LIMIT = 8  # seconds that a connection lives on after its release


def settings(version: str, **clock: Any) -> dict[str, Any]:
    """What the application needs, in this version of it."""
    live = ["gunicorn", "--bind", "unix:/run/web/live.sock", "--threads", "50", "live:app"]
    return {
        "app": {
            "source": str(FOUR),
            "health_path": "/",
            "generated_secrets": [],
            "environment": {"VERSION": version},
            "volumes": {"notes": "/srv/notes"},
        },
        "processes": {
            "worker": {"kind": "queue", "stop_limit": 20},
            "mails": {"kind": "queue", "queues": QUEUES[1:], "memory": "128m", "stop_limit": 20},
            "clock": {"kind": "single", "command": ["python3", "clock.py"], **clock},
            "live": {"kind": "server", "command": live, "path": "/live/", "stop_limit": STOP_LIMIT},
            "report": {"kind": "timer", "command": ["flask", "report"], "at": "*:*:0/10"},
        },
    }


@pytest.fixture(scope="module")
def four(target: Target) -> Target:
    target.run(f"rm --force {NOTES}/*")
    done = target.deploy(**settings("one"))
    assert done.returncode == 0, done.stderr
    return target


def lines(target: Target, name: str) -> list[list[str]]:
    return [line.split() for line in target.run(f"cat {NOTES}/{name}").splitlines()]


@contextmanager
def jobs(target: Target) -> Iterator[list[tuple[str, str]]]:
    """Jobs that are added all the time, to each queue in turn."""
    added: list[tuple[str, str]] = []
    over = threading.Event()

    def add() -> None:
        number = 0
        while not over.wait(0.3):
            one = (QUEUES[number % 3], f"{time.time():.0f}-{number}")
            answer = target.site.ask(f"/jobs?queue={one[0]}&number={one[1]}", "POST")
            assert answer.status == 200, answer
            added.append(one)
            number += 1

    thread = threading.Thread(target=add)
    thread.start()
    try:
        yield added
    finally:
        over.set()
        thread.join()


def test_three_releases_and_a_rollback_lose_nothing_and_double_nothing(four: Target) -> None:
    first = four.release()
    since = float(four.run("date +%s"))
    with jobs(four) as added, Conversation(four) as live:
        for version in ("two", "three", "four"):
            done = four.deploy(**settings(version))
            assert done.returncode == 0, done.stderr
        back = pyinfra(INVENTORY, "rollback.py", "-y", "--data", f"release={first}",
                       TEST_HOST=four.name, TEST_SETTINGS=json.dumps(settings("one")))  # fmt: skip
        assert back.returncode == 0, back.stderr
        wait_until(lambda: live.closed >= 4, STOP_LIMIT + 60)
        time.sleep(1)
    last = [entry for entry in four.history() if entry["began"] >= since]
    assert [entry["probe"]["failed"] for entry in last] == [0] * 4
    wait_until(lambda: {tuple(line) for line in lines(four, "jobs")} >= set(added), 60)
    done_jobs = Counter(tuple(line) for line in lines(four, "jobs"))
    assert [one for one in added if done_jobs[one] != 1] == []
    gaps = clock_of(four, since)
    # Each connection ended once, and the next one reached the release that served by then.
    assert live.closed == 4
    assert live.releases == [first, *(entry["release"] for entry in last)]
    print(f"{len(added)} jobs, longest gap of the clock {max(gaps):.2f} s, closed {live.closed}")


def clock_of(target: Target, since: float) -> list[float]:
    """The gaps between two of the clock's ticks; fails where two clocks ran at once."""
    noted = lines(target, "clock")
    running = "" if noted[0][2] == "begin" else noted[0][1]  # it ran before the notes began
    ticks = []
    for stamp, name, word in noted:
        if word == "begin":
            assert not running, f"{name} began at {stamp} beside {running}"
            running = name
        assert name == running, f"{name} beside {running} at {stamp}"
        if word == "end":
            running = ""
        ticks += [float(stamp)] if word == "tick" and float(stamp) >= since else []
    return [later - sooner for sooner, later in pairwise(ticks)]


def test_a_single_process_that_does_not_start_refuses_the_release_and_the_old_one_comes_back(
    four: Target,
) -> None:
    before = four.release()
    done = four.deploy(**settings("broken"))
    assert done.returncode != 0
    assert "the process clock of release" in done.stderr
    assert "no clock here" in done.stderr
    assert four.release() == before
    count = len(lines(four, "clock"))
    wait_until(lambda: len(lines(four, "clock")) > count, 10)
    assert lines(four, "clock")[-1][1] == before


def test_a_switch_that_is_killed_while_no_clock_runs_brings_the_old_one_back(four: Target) -> None:
    before = four.release()
    kill = (
        f"until tail -n 1 {NOTES}/clock | grep -q end$; do sleep 0.02; done;"
        " systemctl kill --signal KILL slipway-switch.service"
    )
    killer = threading.Thread(target=four.run, args=(f"timeout 300 sh -c {kill!r}", False))
    killer.start()
    done = four.deploy(**settings("killed"))
    killer.join()
    assert done.returncode != 0
    assert four.release() == before
    wait_until(lambda: lines(four, "clock")[-1][1:] == [before, "tick"], 120)
    clock_of(four, 0)  # and never two


def test_a_run_that_fails_is_an_alert_and_the_older_command_runs_after_a_rollback(
    four: Target,
) -> None:
    before = four.release()
    assert four.deploy(**settings("bad")).returncode == 0
    failed = "systemctl is-failed --quiet slipway-timer@report.service"
    wait_until(lambda: not four.run(f"{failed} || echo no"), 60)
    told = f"ls {layout.LAYOUT.alerted} {layout.LAYOUT.pending_alerts}"
    wait_until(lambda: "slipway-timer@report.service" in four.run(told, check=False), 30)
    assert "no numbers today" in four.run("journalctl -u slipway-timer@report.service -n 20")
    assert "slipway-timer@report" in four.run("slipway status")
    back = pyinfra(INVENTORY, "rollback.py", "-y", "--data", f"release={before}",
                   TEST_HOST=four.name, TEST_SETTINGS=json.dumps(settings("one")))  # fmt: skip
    assert back.returncode == 0, back.stderr
    wait_until(lambda: lines(four, "reports")[-1][0] == "one", 30)
    four.run("systemctl reset-failed", check=False)


def test_what_systemd_does_not_understand_is_refused_by_its_name(four: Target) -> None:
    wrong = settings("one")
    wrong["processes"]["report"]["at"] = "at dawn"
    done = four.deploy(**wrong)
    assert done.returncode != 0
    assert "processes.report.at: systemd does not understand 'at dawn'" in done.stderr


def test_a_host_with_all_kinds_of_processes_needs_no_attention(four: Target) -> None:
    done = four.deploy(**settings("last"))
    assert done.returncode == 0, done.stderr
    wait_until(lambda: "ATTENTION" not in four.run("slipway status"), 60)
