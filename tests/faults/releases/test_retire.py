"""A release that goes finishes what it has begun, and nobody has to wait for it."""

import shutil
from pathlib import Path

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.load import Load
from tests.site import wait_until

pytestmark = pytest.mark.destructive
JOB_SECONDS = 75  # several times what a rollback takes
SLOW = """
def slow():
    import time
    time.sleep(0.6)
    return "slow"
application.add_url_rule("/slow/", view_func=slow)
"""


@pytest.fixture
def slow_app(tmp_path: Path) -> str:
    """The application with a page that takes its time."""
    copy = shutil.copytree(CHECKOUT / "app", tmp_path / "app")
    with (copy / "wsgi.py").open("a") as wsgi:
        wsgi.write(SLOW)
    return str(copy)


def test_going_back_to_a_release_does_not_wait_for_the_job_that_it_finishes(
    target: Target,
) -> None:
    assert target.deploy().returncode == 0
    old = target.release()
    long = target.site.ask("/background_count/", "POST", {"number": JOB_SECONDS}).json["url"]
    assert target.deploy(app={"environment": {"COLOUR": "red"}}).returncode == 0
    done = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    assert done.returncode == 0, done.stderr
    assert target.release() == old
    assert target.site.run_job(1)["state"] == "finished"  # by a worker that has nothing else to do
    assert target.site.ask(long).json["state"] == "started"
    assert target.deploy("--json").returncode == 0
    assert target.history()[-1]["kind"] == "rollback"  # it is whole: a deploy changes nothing
    ended = target.site.finished(long, JOB_SECONDS + 30)
    assert (ended["state"], ended["result"]) == ("finished", JOB_SECONDS)
    project = f"--filter label=com.docker.compose.project=slipway-{old}"
    workers = f"docker ps --all --quiet {project} --filter label=com.docker.compose.service=worker"
    wait_until(lambda: len(target.run(workers).split()) == 1, 60)


def test_a_refusal_does_not_wait_for_the_job_that_the_refused_release_took(target: Target) -> None:
    assert target.deploy().returncode == 0
    submit = "/background_count/", "POST", {"number": JOB_SECONDS}
    urls = [target.site.ask(*submit).json["url"] for _ in range(2)]  # one waits for the new worker
    done = target.deploy(checks=[{"path": "/healthz?" + "x" * 20000}])  # which nginx refuses
    assert done.returncode != 0
    assert "fails a check through nginx" in done.stderr
    assert {target.site.ask(url).json["state"] for url in urls} == {"started"}
    ended = [target.site.finished(url, JOB_SECONDS + 30) for url in urls]
    assert [(job["state"], job["result"]) for job in ended] == [("finished", JOB_SECONDS)] * 2
    wait_until(target.settled, 60)
    assert target.deploy("--json").returncode == 0


def test_requests_that_wait_for_the_old_release_are_answered(target: Target, slow_app: str) -> None:
    slow = {"source": slow_app}
    assert target.deploy(app=slow).returncode == 0
    load = Load(target.site, 40, path="/slow/")  # far more than it can answer: they wait in line
    with load.running():
        done = target.deploy(app={**slow, "environment": {"COLOUR": "red"}})
    assert done.returncode == 0, done.stderr
    print(load.summary())
    assert load.figures.requests > 30
    assert load.failures == []
    assert target.deploy().returncode == 0
