"""A host of the version before is taken over by this one, under load, and loses nothing.

Inventory and application lie outside the checkout, as docs/upgrading.md has it, and stay the same.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.deployed import deployed
from tests.faults.conftest import Target, lab
from tests.faults.jobs import jobs_steadily, told_to_end
from tests.faults.load import Load
from tests.site import wait_until
from tests.upgrade.clone import INVENTORY, Clone, version_before, worker_kept

pytestmark = pytest.mark.destructive

NAME = "upgrade"
DEPLOY = ("pyinfra", INVENTORY, "deploy.py", "-y")
LONG_JOB = 30  # seconds, longer than from the begin of a switch to the end of the old workers
OUTCOME = re.compile(r'^slipway_job_outcomes_total\{outcome="(\w+)".*\} (\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Operated(Target):
    """A host that is deployed from a clone, by the inventory beside it."""

    clone: Clone

    def operate(self, *words: str) -> str:
        """What a program of the clone says, which must end well."""
        done = self.clone.run(*words)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def attention(self) -> list[Any]:
        """What a person should look at, by the status."""
        lines: list[Any] = json.loads(self.run("slipway status --json"))["attention"]
        return lines

    def entries(self) -> list[tuple[str, str, str, float]]:
        """The history, by what makes an entry the same one."""
        return [(e["kind"], e["release"], e["result"], e["began"]) for e in self.history()]

    def version(self) -> str:
        """What the inventory told the application that serves."""
        return self.run(f"docker exec {self.container('web')} printenv VERSION")

    def outcomes(self) -> dict[str, int]:
        """How the runs of jobs ended, and how often; those that never did are left out."""
        found = {
            name: int(count) for name, count in OUTCOME.findall(self.run("slipway get /metrics"))
        }
        return {name: count for name, count in found.items() if count}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """A host of the version before."""
    clone = Clone(tmp_path_factory.mktemp("operator"))
    clone.take(version_before())
    clone.move_application()
    clone.write_inventory(NAME, **clone.absolute, environment={"VERSION": "before"})
    lab("down", NAME)
    lab("up", NAME)
    try:
        host = deployed(str(clone.mine / "inventory.py"))[NAME]
        target = Operated(NAME, host, clone)
        target.operate(*DEPLOY)
        yield target
    finally:
        lab("down", NAME)


@contextmanager
def nothing_fails(target: Operated) -> Iterator[None]:
    """Clients ask all the time, on new connections and on kept ones."""
    fresh, kept = Load(target.site, 20), Load(target.site, 20, keep_alive=True)
    with fresh.running(), kept.running():
        yield
    print(f"new connections {fresh.summary()}, kept ones {kept.summary()}")
    assert (fresh.failures, kept.failures) == ([], [])


def start_job(target: Operated, seconds: int) -> str:
    answer = target.site.ask("/background_count/", "POST", {"number": seconds})
    assert answer.status == 202, answer
    url: str = answer.json["url"]
    return url


def switching(target: Operated) -> bool:
    return target.run("systemctl is-active slipway-switch", check=False) == "active"


def deploy_with_a_long_job(target: Operated) -> str:
    """Deploys; returns the address of a long job that starts when the switch does."""
    with ThreadPoolExecutor() as pool:
        deploying = pool.submit(target.operate, *DEPLOY)
        wait_until(lambda: deploying.done() or switching(target), 600)
        url = start_job(target, LONG_JOB)
        deploying.result()
    return url


def end_of(job: dict[str, Any]) -> float:
    return datetime.fromisoformat(job["ended_at"]).timestamp()


def test_it_is_taken_over_without_a_failed_request_and_keeps_jobs_and_history(
    target: Operated,
) -> None:
    first = start_job(target, 2)
    kept = target.site.finished(first)
    entries, release = target.entries(), target.release()
    target.clone.take_present()
    environment = {"VERSION": "present"}
    target.clone.write_inventory(
        NAME, worker_kept(), **target.clone.absolute, environment=environment
    )
    with nothing_fails(target), jobs_steadily(target, pause=1.5, redis_is_replaced=True) as jobs:
        long = target.site.finished(deploy_with_a_long_job(target), 120)
    ended = [long, *(target.site.finished(url, 120) for url in jobs)]
    assert len(jobs) > 3
    assert {job["state"] for job in ended} == {"finished"}
    assert end_of(long) > told_to_end(target)
    assert target.outcomes() == {"finished": len([kept, *ended])}  # each of them once
    assert target.site.ask(first).json == kept
    assert target.entries()[:-1] == entries
    assert target.release() != release
    assert target.version() == "present"


def test_it_is_well_afterwards(target: Operated) -> None:
    wait_until(target.settled, 120)
    assert target.attention() == []
    target.operate("pytest", "tests/host", "--inventory", INVENTORY, "-p", "no:cacheprovider")


def test_it_goes_back_to_the_release_of_the_version_before_and_forward_again(
    target: Operated,
) -> None:
    before, present = [entry["release"] for entry in target.history()]
    assert target.release() == present
    with nothing_fails(target):
        target.operate("pyinfra", INVENTORY, "rollback.py", "-y")
        assert (target.release(), target.version()) == (before, "before")
        assert target.site.run_job(1)["state"] == "finished"
        target.operate(*DEPLOY)
    assert (target.release(), target.version()) == (present, "present")
    assert target.site.run_job(1)["state"] == "finished"
    kinds = [entry["kind"] for entry in target.history()]
    assert kinds == ["deploy", "deploy", "rollback", "deploy"]


def test_a_second_deploy_changes_nothing(target: Operated) -> None:
    wait_until(target.settled, 120)
    totals = json.loads(target.operate(*DEPLOY, "--json"))["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0)
    assert totals["no_change"] > 15
    assert target.attention() == []


def test_the_inventory_that_the_document_shows_is_the_same(target: Operated) -> None:
    target.clone.write_inventory(NAME, worker_kept(), environment={"VERSION": "present"})
    dry = target.operate("pyinfra", "--json", "--dry", INVENTORY, "deploy.py")
    plan = json.loads(dry)["plan"]
    assert plan
    assert [operation for operation in plan if operation["hosts_with_change"]] == []
