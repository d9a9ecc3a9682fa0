"""One-off commands by pyinfra: what they say comes at once, and their exit code is the run's."""

import json
import os
import subprocess
import time

import pytest

from tests.deployed import CHECKOUT, PYINFRA
from tests.faults.conftest import INVENTORY, Target, pyinfra

pytestmark = pytest.mark.destructive


def words(command: str) -> tuple[str, ...]:
    return (INVENTORY, "run.py", "-y", "--data", f"command={command}")


def test_a_command_has_all_that_the_application_has_and_its_code_is_the_run_s(
    target: Target,
) -> None:
    before = target.run("docker ps --all --quiet; docker network ls --quiet")
    script = "sh -c 'printenv RELEASE; ls /run/secrets; echo problem >&2; exit 7'"
    done = pyinfra(*words(script), TEST_HOST=target.name)
    assert done.returncode == 7
    lines = done.stdout.splitlines()
    assert lines[0] == target.release()
    assert {"redis_password", "secret_key"} < set(lines)
    assert "\nproblem\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert target.run("docker ps --all --quiet; docker network ls --quiet") == before
    assert pyinfra(*words("true"), TEST_HOST=target.name).returncode == 0
    assert pyinfra(*words("nothing-like-it"), TEST_HOST=target.name).returncode == 127


def test_output_comes_while_the_command_runs_and_no_deploy_meanwhile(target: Target) -> None:
    command = [*PYINFRA, *words("sh -c 'echo first; sleep 20'")]
    environment = {**os.environ, "PYINFRA_PROGRESS": "off", "TEST_HOST": target.name}
    began = time.monotonic()
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as running:  # fmt: skip
        assert running.stdout
        assert running.stdout.readline() == "first\n"
        assert time.monotonic() - began < 20
        refused = target.deploy()
        assert "another change of this host is under way: command by" in refused.stderr
        assert running.wait(60) == 0
    before = json.dumps(target.history())
    nothing = pyinfra(INVENTORY, "run.py", "-y", TEST_HOST=target.name)
    assert nothing.returncode == 1
    assert 'add --data command="COMMAND"' in nothing.stderr
    assert json.dumps(target.history()) == before
