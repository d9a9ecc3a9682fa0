"""A second deploy finds nothing to do, and asks nobody."""

import json

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.site import wait_until

pytestmark = pytest.mark.destructive


@pytest.fixture(scope="module", autouse=True)
def _first(target: Target) -> None:
    """A deploy before the second: other tests may have left the host with other settings."""
    assert target.deploy().returncode == 0


def traces_of_questions(target: Target) -> str:
    """What changes when the CA, the package mirror or the registry is asked."""
    return target.run(
        "stat --format %Y /var/log/letsencrypt/slipway/letsencrypt.log /var/lib/apt/lists;"
        " ls /etc/letsencrypt/slipway/archive/*; docker image ls --quiet; docker ps --quiet"
    )


def test_a_second_deploy_changes_nothing_and_asks_nobody(target: Target) -> None:
    wait_until(target.settled, 90)  # or a container ends meanwhile that was retired before
    before = traces_of_questions(target)
    done = target.deploy("--json")
    assert done.returncode == 0, done.stderr
    totals = json.loads(done.stdout)["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0), done.stdout
    assert totals["no_change"] > 15
    assert traces_of_questions(target) == before


def test_a_dry_run_of_a_deployed_host_plans_nothing(target: Target) -> None:
    done = pyinfra("--json", "--dry", INVENTORY, "deploy.py", TEST_HOST=target.name)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)["plan"]
    assert plan
    assert [op for op in plan if op["hosts_with_change"]] == []


def test_no_secret_is_shown_at_the_highest_verbosity(target: Target) -> None:
    done = pyinfra("-vvv", "--diff", INVENTORY, "deploy.py", "-y", TEST_HOST=target.name)
    assert done.returncode == 0
    shown = done.stdout + done.stderr
    secrets = target.run("cat /etc/slipway/secrets/*; echo").split()
    assert secrets
    assert not any(secret in shown for secret in secrets)
