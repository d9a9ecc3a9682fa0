"""A host of the version before is taken over by this one, under load, and loses nothing.

Inventory and application lie outside the checkout, as docs/upgrading.md has it, and stay the same.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.deployed import deployed
from tests.faults.conftest import Target, lab, once
from tests.faults.jobs import jobs_steadily
from tests.faults.load import Load
from tests.site import wait_until
from tests.upgrade.clone import INVENTORY, Clone, version_before

pytestmark = pytest.mark.destructive

NAME = "upgrade"
DEPLOY = ("pyinfra", INVENTORY, "deploy.py", "-y")
LONG_JOB = 20  # seconds: it runs when the switch begins, and the switch is over before it
SWITCHING = once("systemctl is-active --quiet slipway-switch", 600)
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

    def attention(self) -> list[str]:
        """What a person should look at, by the status."""
        lines: list[str] = json.loads(self.run("slipway status --json"))["attention"]
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
    lab("down", NAME)
    lab("up", NAME)
    clone.write_inventory(NAME, "before")
    host = deployed(str(clone.mine / "inventory.py"))[NAME]
    target = Operated(NAME, host, clone)
    target.operate(*DEPLOY)
    yield target
    lab("down", NAME)


@contextmanager
def nothing_fails(target: Operated) -> Iterator[None]:
    """Clients ask all the time, on new connections and on kept ones."""
    fresh, kept = Load(target.site, 20), Load(target.site, 20, keep_alive=True)
    with fresh.running(), kept.running():
        yield
    print(f"new connections {fresh.summary()}, kept ones {kept.summary()}")
    assert (fresh.failures, kept.failures) == ([], [])


@contextmanager
def a_long_job_at_the_switch(target: Operated) -> Iterator[list[str]]:
    """Adds a long job when the switch begins; yields its address, once there is one."""
    accepted: list[str] = []

    def add() -> None:
        target.run(SWITCHING)
        answer = target.site.ask("/background_count/", "POST", {"number": LONG_JOB})
        accepted.append(answer.json["url"])

    adding = threading.Thread(target=add)
    adding.start()
    yield accepted
    adding.join()


def ended(target: Operated, jobs: list[str]) -> list[str]:
    """The states of jobs once each has had the time to end."""
    return [target.site.finished(url, 90)["state"] for url in jobs]


def test_it_is_taken_over_without_a_failed_request_and_keeps_jobs_and_history(
    target: Operated,
) -> None:
    kept = target.site.run_job(2)
    entries, release = target.entries(), target.release()
    target.clone.take_present()
    target.clone.write_inventory(NAME, "present")
    with (
        nothing_fails(target),
        jobs_steadily(target, pause=1.5) as jobs,
        a_long_job_at_the_switch(target) as long,
    ):
        target.operate(*DEPLOY)
    assert len(jobs) > 5
    assert len(long) == 1
    assert set(ended(target, jobs + long)) == {"finished"}
    assert target.outcomes() == {"finished": 1 + len(jobs) + len(long)}  # each of them once
    assert target.site.ask(f"/background_count/{kept['id']}").json == kept
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
