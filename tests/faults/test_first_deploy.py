"""A first deploy may be killed wherever it is; the next one does what is left."""

import json
import os
import signal
import time
from collections.abc import Iterator

import pytest

from infra.onhost import layout
from tests.deployed import deployed
from tests.faults.conftest import INVENTORY, Target, begin, lab, once
from tests.site import wait_until

pytestmark = pytest.mark.destructive
BLANK = "blank"


@pytest.fixture
def blank() -> Iterator[Target]:
    lab("down", BLANK)
    lab("up", BLANK)
    yield Target(BLANK, deployed(INVENTORY, TEST_HOST=BLANK)[BLANK])
    lab("down", BLANK)


def killed_in_operation(target: Target, number: int) -> bool:
    """Deploys, and kills pyinfra in its n-th operation; False when it has fewer."""
    running = begin(target)
    assert running.stderr
    seen, said = 0, list[str]()
    with running.stderr:
        for line in running.stderr:
            said.append(line)
            seen += "Starting operation" in line
            if seen == number:
                time.sleep(0.3)
                os.killpg(running.pid, signal.SIGKILL)
                break
    assert seen == number or running.wait() == 0, "".join(said)
    running.wait()
    return seen == number


def test_a_first_deploy_may_be_killed_in_every_operation(blank: Target) -> None:
    number = 1
    while killed_in_operation(blank, number):
        number += 1
        blank.run(once(f"! systemctl is-active --quiet {layout.SWITCH_UNIT}"))
    assert number > 15
    assert blank.deploy().returncode == 0
    wait_until(blank.healthy, 90)
    assert blank.site.run_job(1)["state"] == "finished"
    totals = json.loads(blank.deploy("--json").stdout)["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0)
