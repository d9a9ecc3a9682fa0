"""A new release takes over without a failed request; a bad one never does."""

import time
from pathlib import Path

import pytest

from tests.faults.conftest import Target
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive


def test_a_changed_setting_makes_a_release_and_fails_no_request(target: Target) -> None:
    old = target.release()
    with asked_steadily(target) as failures:
        done = target.deploy(app={"environment": {"COLOUR": "a $quoted 'value\": #1"}})
        assert done.returncode == 0, done.stderr
        new = target.release()
        time.sleep(1)
    assert failures == []
    assert new != old
    shown = target.run(f"docker exec {target.container('web')} printenv COLOUR")
    assert shown == "a $quoted 'value\": #1"
    gone = f"docker ps --all --quiet --filter label=com.docker.compose.project=slipway-{old}"
    wait_until(lambda: target.run(gone) == "", 60)
    back = target.deploy()
    assert back.returncode == 0, back.stderr
    assert target.release() == old


def test_a_job_that_runs_during_a_release_ends(target: Target) -> None:
    accepted = target.site.ask("/background_count/", "POST", {"number": 15}).json
    done = target.deploy(app={"environment": {"COLOUR": "blue"}})
    assert done.returncode == 0, done.stderr
    job = target.site.finished(accepted["url"], 60)
    assert (job["state"], job["result"]) == ("finished", 15)
    assert target.deploy().returncode == 0


def test_a_release_that_cannot_start_leaves_the_old_one_serving(
    target: Target, tmp_path: Path
) -> None:
    old = target.release()
    source = Path(__file__).parents[2] / "app"
    broken = tmp_path / "app"
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = broken / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    with (broken / "wsgi.py").open("a") as wsgi:
        wsgi.write('\nraise RuntimeError("this release is broken on purpose")\n')
    with asked_steadily(target) as failures:
        done = target.deploy(app={"source": str(broken)}, web={"start_limit": 5})
    assert failures == []
    assert done.returncode != 0
    assert "this release is broken on purpose" in done.stdout + done.stderr
    assert f"release {old} serves on" in done.stdout + done.stderr
    assert 'Traceback (most recent call last):\n  File "src/gevent' not in done.stderr
    assert target.release() == old
    assert target.run("systemctl list-units --failed --plain --no-legend") == ""
    assert target.deploy("--json").returncode == 0
