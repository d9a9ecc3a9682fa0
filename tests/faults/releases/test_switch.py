"""A new release takes over without a failed request; a bad one never does."""

import time
from pathlib import Path

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import Target, once
from tests.faults.jobs import job_during, jobs_steadily, told_to_end
from tests.faults.load import Load, asked_steadily
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


def test_another_server_takes_over_without_a_failed_request(target: Target) -> None:
    """Another protocol behind nginx, so other routes, and the way back."""
    fresh, kept = Load(target.site, 30), Load(target.site, 30, keep_alive=True)
    with fresh.running(), kept.running():
        for server in ("gunicorn", "uwsgi"):
            done = target.deploy(web={"server": server})
            assert done.returncode == 0, done.stderr
            assert target.site.works("/date/")
    print(f"new connections {fresh.summary()}, kept ones {kept.summary()}")
    assert (fresh.failures, kept.failures) == ([], [])


def test_a_release_that_moves_its_health_path_counts_no_failure(target: Target) -> None:
    moved = {"app": {"health_path": "/date/"}, "nginx": {"private_paths": ["/healthz"]}}
    done = target.deploy(**moved)
    assert done.returncode == 0, done.stderr
    assert target.site.ask("/healthz").status == 404
    back = target.deploy()
    assert back.returncode == 0, back.stderr
    probes = [entry["probe"] for entry in target.history()[-2:]]
    assert [probe["failed"] for probe in probes] == [0, 0]
    assert all(probe["requests"] > 20 for probe in probes)


def test_a_job_that_runs_during_a_release_ends(target: Target) -> None:
    def change(number: int) -> float:
        done = target.deploy(app={"environment": {"COLOUR": f"blue-{number}"}})
        assert done.returncode == 0, done.stderr
        return told_to_end(target)

    number, job = job_during(target, change)
    assert (job["state"], job["result"]) == ("finished", number)
    assert target.deploy().returncode == 0


PLAIN_WORKER = """
import os
from rq import Worker
from app.config import Config
from steady_rq.connection import worker_client
from app.jobs.rq_queue import SERIALIZER, rq_queue
config = Config.from_environment(os.environ)
client = worker_client(config.redis)
Worker([rq_queue(config, client)], connection=client, serializer=SERIALIZER).work()
"""


def test_a_worker_of_rq_s_own_is_told_once_and_finishes_its_job(target: Target) -> None:
    """Told again a second later, as `docker compose down` would, it kills what it runs."""
    command = ["python3", "-c", PLAIN_WORKER.replace("\n", ";").strip(";")]
    worker = {"kind": "queue", "command": command, "health_command": ["true"]}
    name = ""

    def change(number: int) -> float:
        nonlocal name
        name = target.container("worker")
        environment = {"environment": {"COLOUR": f"plain-{number}"}}
        checks = [{"path": "/date/"}] * 150  # which take more than a second
        done = target.deploy(app=environment, processes={"worker": worker}, checks=checks)
        assert done.returncode == 0, done.stderr
        return told_to_end(target)

    assert target.deploy(processes={"worker": worker}).returncode == 0
    number, job = job_during(target, change)
    assert (job["state"], job["result"]) == ("finished", number)
    gone = f'test -z "$(docker ps --all --quiet --filter name=^{name}$)"'
    target.run(f"{once(gone)} && journalctl --sync")
    told = target.run(f"journalctl --quiet --output cat CONTAINER_NAME={name}")
    assert "warm shut down" in told
    assert "cold shut down" not in told
    assert target.deploy().returncode == 0


def test_no_job_waits_long_for_a_release(target: Target) -> None:
    with jobs_steadily(target, pause=0.15) as accepted:
        done = target.deploy(app={"environment": {"COLOUR": "green"}})
    assert done.returncode == 0, done.stderr
    end = time.monotonic() + 45  # a job that its worker dropped would be found after 70
    states = [target.site.finished(url, end - time.monotonic())["state"] for url in accepted]
    assert len(states) > 20
    assert set(states) == {"finished"}
    assert target.deploy().returncode == 0


def test_a_release_that_cannot_start_leaves_the_old_one_serving(
    target: Target, tmp_path: Path
) -> None:
    old = target.release()
    source = CHECKOUT / "app"
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
    assert f"release {old} still serves" in done.stdout + done.stderr
    assert 'Traceback (most recent call last):\n  File "src/gevent' not in done.stderr
    assert target.release() == old
    assert target.run("systemctl list-units --failed --plain --no-legend") == ""
    assert target.deploy("--json").returncode == 0
