"""A reboot needs no hand."""

import json

import pytest

from tests.faults.conftest import Target, lab
from tests.site import wait_until

pytestmark = pytest.mark.destructive


def test_after_a_reboot_everything_serves_again_and_a_deploy_finds_nothing_to_do(
    target: Target,
) -> None:
    kept = target.site.run_job(1)
    release = target.release()
    lab("reboot", target.name)
    wait_until(target.healthy, 60)
    assert target.release() == release
    assert target.site.ask(f"/jobs/{kept['id']}").json["state"] == "finished"
    assert target.site.run_job(1)["state"] == "finished"
    assert target.run("systemctl is-system-running --wait", check=False) == "running"
    # The watchdog has yet to see that the new nginx process loaded the right files.
    nothing = '{"differences": []}'
    wait_until(lambda: target.run("slipway inspect --json", check=False) == nothing, 60)
    done = target.deploy("--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]["totals"]["success"] == 0, done.stdout
