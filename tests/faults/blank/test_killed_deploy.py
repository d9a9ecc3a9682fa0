"""A deploy may be killed wherever it is; the next one does what is left."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import layout
from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import INVENTORY, Target, begin, lab, once
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
BLANK = "blank"


@pytest.fixture(scope="module")
def blank() -> Iterator[Target]:
    """A host that nothing was deployed to, for the first test of this file."""
    lab("down", BLANK)
    lab("up", BLANK)
    yield Target(BLANK, deployed(INVENTORY, TEST_HOST=BLANK)[BLANK])
    lab("down", BLANK)


def killed_in_operation(target: Target, number: int, **settings: object) -> bool:
    """Deploys, and kills pyinfra in its n-th operation; False when it has fewer."""
    running = begin(target, **settings)
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


def killed_in_each_operation(target: Target, **settings: object) -> int:
    """Deploys until no kill keeps it from its end; returns how many did."""
    number = 1
    while killed_in_operation(target, number, **settings):
        target.run(once(f"! systemctl is-active --quiet {layout.SWITCH_UNIT}"))
        number += 1
    return number - 1


def is_whole(target: Target, **settings: object) -> None:
    """Everything is well, and a deploy finds nothing left to do."""
    assert target.deploy(**settings).returncode == 0
    wait_until(target.healthy, 90)
    assert target.site.run_job(1)["state"] == "finished"
    totals = json.loads(target.deploy("--json", **settings).stdout)["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0)


def test_a_first_deploy_may_be_killed_in_every_operation(blank: Target) -> None:
    assert killed_in_each_operation(blank) > 15
    is_whole(blank)


def test_an_update_may_be_killed_in_every_operation(blank: Target, tmp_path: Path) -> None:
    """Of code, settings, a program's configuration, nginx and Redis; the site serves meanwhile."""
    source = shutil.copytree(CHECKOUT / "app", tmp_path / "app")
    with (source / "__init__.py").open("a") as file:
        file.write("# another line\n")
    update: dict[str, object] = {
        "app": {"source": str(source), "environment": {"COLOUR": "red"}},
        "keep_releases": 4,
        "nginx": {"memory": "160m"},
        "redis": {"memory": "300m"},
    }
    with asked_steadily(blank) as failures:
        assert killed_in_each_operation(blank, **update) > 15
    assert failures == []
    is_whole(blank, **update)
    colours = {
        blank.run(f"docker exec {blank.container(service)} printenv COLOUR")
        for service in ("web", "worker")
    }
    assert colours == {"red"}
