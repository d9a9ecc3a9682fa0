"""What an operator is told: status and history, also of a host on which something is broken."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from tests.deployed import CHECKOUT
from tests.faults.conftest import INVENTORY, Target

pytestmark = pytest.mark.destructive

SERVICES = ("nginx", "redis", "web", "worker")


@dataclass(frozen=True)
class Fault:
    """Commands that break something and mend it, and what the status then says."""

    spoil: str
    mend: str
    part: str
    """What of the status goes with it."""
    reason: str


FAULTS = {
    "docker": Fault(
        "systemctl stop docker.socket docker",
        "systemctl start docker.socket docker",
        "containers",
        "the containers: docker ps --all --filter: exit code 1: Cannot connect to the Docker",
    ),
    "redis": Fault(
        f"docker stop {layout.BASE_PROJECT}-redis-1",
        f"docker start {layout.BASE_PROJECT}-redis-1",
        "queues",
        "the jobs: Redis does not answer",
    ),
    "certificate": Fault(
        f"mv {LAYOUT.tls} {LAYOUT.tls}.away",
        f"mv {LAYOUT.tls}.away {LAYOUT.tls}",
        "certificate",
        "the certificate: openssl x509",
    ),
}


def slipway(target: Target, *words: str) -> "subprocess.CompletedProcess[str]":
    """Asks the host, without a terminal."""
    return subprocess.run(
        [str(CHECKOUT / "bin" / "slipway"), *words, "--inventory", INVENTORY],
        cwd=CHECKOUT,
        env={**os.environ, "TEST_HOST": target.name},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def shown(target: Target, question: str) -> str:
    """What a person sees."""
    done = slipway(target, question)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def told(target: Target, question: str) -> Any:
    """What a script reads."""
    done = slipway(target, question, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)[target.name]


@contextmanager
def unattended(target: Target) -> Iterator[None]:
    """Nothing is mended meanwhile, and nothing fails that tries to."""
    target.run("systemctl stop slipway-watchdog.timer slipway-watchdog.service")
    try:
        yield
    finally:
        target.run("systemctl start slipway-watchdog.timer")


def test_the_status_is_one_screen(target: Target) -> None:
    lines = [line.strip() for line in shown(target, "status").splitlines() if line.strip()]
    rows = dict(line.split(maxsplit=1) for line in lines[1:])
    assert lines[0] == f"{target.name}:"
    assert len(lines) < 24
    assert rows["release"] == target.release()
    assert f"days left, acme, for {target.site.domain}" in rows["certificate"]
    assert re.match(r"\d+ queued, \d+ started, ", rows["jobs"])
    assert {"disk", "memory"} <= rows.keys()
    for service in SERVICES:
        assert rows[target.container(service)].endswith("(healthy)")


def test_a_script_reads_the_status(target: Target) -> None:
    found = told(target, "status")
    assert found["release"] == target.release()
    health = {container["name"]: container["health"] for container in found["containers"]}
    assert health == {target.container(service): "healthy" for service in SERVICES}
    assert found["certificate"]["fine"] is True
    assert 0 < found["certificate"]["days"] <= found["certificate"]["lifetime"]
    assert found["queues"]["workers"] >= 1
    assert 0 < found["disk"]["used"] < found["disk"]["total"]
    assert 0 < found["memory"]["used"] < found["memory"]["total"]
    assert found["units"] == []


def test_the_history_is_shown_and_told(target: Target) -> None:
    expected = target.history()[-20:]
    assert told(target, "history") == expected
    newest = shown(target, "history").split(f"{target.name}:\n", 1)[1].splitlines()[0]
    assert expected[-1]["release"] in newest
    assert f"by {expected[-1]['by']}" in newest


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_status_tells_the_rest_of_a_broken_host(target: Target, fault: Fault) -> None:
    release = target.release()
    with unattended(target):
        target.run(fault.spoil)
        try:
            screen, found = shown(target, "status"), told(target, "status")
        finally:
            target.run(fault.mend)
    assert re.search(f"ATTENTION +{re.escape(fault.reason)}", screen)
    assert [one for one in found["attention"] if one["text"].startswith(fault.reason)]
    assert all(one["remedy"] for one in found["attention"])
    assert [part for part, value in found.items() if value is None] == [fault.part]
    assert found["release"] == release
    assert re.search(f"release +{release}", screen)


def test_a_host_that_cannot_answer_is_a_failure_with_its_reason(target: Target) -> None:
    with unattended(target):
        target.run(f"mv {LAYOUT.command} {LAYOUT.command}.away")
        try:
            calls = [slipway(target, "status"), slipway(target, "status", "--json")]
        finally:
            target.run(f"mv {LAYOUT.command}.away {LAYOUT.command}")
    for done in calls:
        assert done.returncode == 1
        assert "Slipway is not on this host" in done.stderr
        assert "no answer" in done.stdout
    assert json.loads(calls[1].stdout).keys() == {target.name}
    assert json.loads(calls[1].stdout)[target.name].keys() == {"error"}
    assert target.run("systemctl list-units --failed --plain --no-legend") == ""
