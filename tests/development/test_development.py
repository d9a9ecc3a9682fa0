"""Development in containers: what is changed in the source is there without another command."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import INVENTORY, LAB, lab, pyinfra
from tests.site import wait_until

pytestmark = pytest.mark.destructive

NAME = "develop"
COMPOSE = "sudo env CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt docker compose"
COMPOSE += " -f checkout/compose/development.yaml"
NEEDED = ["app", "compose", "images", "packages", "requirements"]
# The host has no curl. Prints the status and the body.
ASK = """
import json, ssl, sys, urllib.request
context = ssl._create_unverified_context() if sys.argv[1].startswith("https") else None
data = sys.argv[2].encode() if len(sys.argv) > 2 else None
asked = urllib.request.Request(sys.argv[1], data, {"Content-Type": "application/json"})
print(urllib.request.urlopen(asked, timeout=5, context=context).read().decode())
"""


def once_answered(url: str, data: dict[str, Any] | None = None) -> Any:
    """The answer as JSON; the server may be starting again: what fails then is asked again."""
    answer = ""

    def answered() -> bool:
        nonlocal answer
        answer = said(url, data)
        return bool(answer)

    wait_until(answered, 60)
    return json.loads(answer)


def run(command: str) -> str:
    done = lab("ssh", NAME, command, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def said(url: str, data: dict[str, Any] | None = None) -> str:
    """The answer, or nothing: the server may be starting again."""
    body = f" '{json.dumps(data)}'" if data else ""
    done = lab("ssh", NAME, f"python3 ask.py {url}{body}", check=False)
    return "" if done.returncode else done.stdout


def answers(url: str) -> bool:
    return bool(said(url))


@pytest.fixture(scope="module", autouse=True)
def _machine() -> Iterator[None]:
    """A machine with Docker and the checkout, on which the one command was given."""
    lab("down", NAME)
    lab("up", NAME)
    try:
        start()
        yield
    finally:
        lab("down", NAME)


def start() -> None:
    done = pyinfra(INVENTORY, "tests/development/docker_only.py", "-y", TEST_HOST=NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    files = subprocess.run(["tar", "c", *NEEDED], cwd=CHECKOUT, capture_output=True, check=True)
    for command, given in [
        ("mkdir checkout && tar x -C checkout", files.stdout),
        ("cat > ask.py", ASK.encode()),
    ]:
        subprocess.run([LAB, "ssh", NAME, command], input=given, check=True)
    run(f"{COMPOSE} --profile https up --build --detach")
    wait_until(lambda: answers("http://127.0.0.1:5000/healthz"), 120)


def job_result() -> Any:
    job = once_answered("http://127.0.0.1:5000/background_count/", {"number": 1})

    def state() -> Any:
        return once_answered(f"http://127.0.0.1:5000/jobs/{job['id']}")

    wait_until(lambda: state()["state"] in {"finished", "failed"}, 60)
    return state()["result"]


def worker_starts() -> int:
    """How often the worker began to listen: a job that meets its end waits for maintenance."""
    return run("sudo docker logs slipway-worker 2>&1").count("Listening on")


def change(file: str, before: str, after: str) -> None:
    path = f"checkout/app/{file}"
    run(f"sed -i 's/{before}/{after}/' {path} && grep -q '{after}' {path}")


def test_a_changed_file_changes_the_answer() -> None:
    change("views/dates.py", "%d-%m-%Y", "the year %Y")
    url = "http://127.0.0.1:5000/date/"
    wait_until(lambda: "the year 2" in said(url), 60)


def test_a_changed_file_changes_what_a_job_does() -> None:
    wait_until(lambda: worker_starts() == 2, 60)  # the test before this one changed a file, too
    assert job_result() == 1
    change("counting.py", "return counted$", "return -counted")
    wait_until(lambda: worker_starts() == 3, 60)
    assert job_result() == -1


def test_https_is_there_with_a_certificate_of_its_own() -> None:
    wait_until(lambda: answers("https://127.0.0.1:8443/healthz"), 60)


def test_the_dashboard_is_on_its_own_port() -> None:
    wait_until(lambda: "default" in said("http://127.0.0.1:9181/0/data/queues.json"), 60)


def test_the_containers_have_names_to_type() -> None:
    names = run("sudo docker ps --format '{{.Names}}'").split()
    wanted = ["slipway-dashboard", "slipway-https", "slipway-redis", "slipway-web"]
    assert sorted(names) == [*wanted, "slipway-worker"]


def test_nothing_can_be_reached_from_elsewhere() -> None:
    shown = run("sudo ss -H --tcp --listening --numeric")
    places = [line.split()[3] for line in shown.splitlines()]
    ours = [place for place in places if place.rpartition(":")[2] in {"5000", "8443", "9181"}]
    assert sorted(ours) == ["127.0.0.1:5000", "127.0.0.1:8443", "127.0.0.1:9181"]


def test_it_goes_without_a_trace() -> None:
    run(f"{COMPOSE} --profile https down --volumes --rmi local")
    assert run("sudo docker ps --all --quiet; sudo docker volume ls --quiet") == ""
