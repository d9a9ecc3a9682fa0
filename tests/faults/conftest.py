"""A test host of one's own that may be hurt: deployed before, found whole by each test."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.onhost import layout
from tests.deployed import CHECKOUT, PYINFRA, Deployed, deployed
from tests.site import Site, wait_until

LAB = str(CHECKOUT / "bin" / "lab")
INVENTORY = "tests/inventory.py"


def lab(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs a command of bin/lab."""
    return subprocess.run([LAB, *words], capture_output=True, text=True, check=check)


def pyinfra(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs pyinfra in the checkout, without a terminal."""
    return subprocess.run(
        [*PYINFRA, *words],
        cwd=CHECKOUT,
        env={**os.environ, "PYINFRA_PROGRESS": "off", **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@dataclass(frozen=True)
class Target:
    """The host under test."""

    name: str
    host: Deployed

    @property
    def site(self) -> Site:
        return self.host.site

    def run(self, command: str, check: bool = True) -> str:
        """The output of a root shell's command on the host."""
        done = lab("ssh", self.name, f"sudo sh -c {shlex.quote(command)}", check=False)
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def deploy(self, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Deploys with these settings in place of the shipped ones."""
        return pyinfra(
            *words, INVENTORY, "deploy.py", "-y",
            TEST_HOST=self.name, TEST_SETTINGS=json.dumps(settings),
        )  # fmt: skip

    def release(self) -> str:
        current: str = json.loads(self.run("slipway release-state"))["current"]
        return current

    def history(self) -> list[dict[str, Any]]:
        """The last switches, the oldest first."""
        found: list[dict[str, Any]] = json.loads(self.run("slipway history --json --last 1000"))
        return found

    def container(self, service: str) -> str:
        """The name of the one container of nginx, redis, web or worker.

        A worker's number grows when one is replaced.
        """
        base = service in {"nginx", "redis"}
        project = layout.BASE_PROJECT if base else f"slipway-{self.release()}"
        label = "label=com.docker.compose"
        filters = f"--filter {label}.project={project} --filter {label}.service={service}"
        [name] = self.run(f"docker ps --all {filters} --format '{{{{.Names}}}}'").split()
        return name

    def settled(self) -> bool:
        """Whether nothing runs but what serves: retired releases have ended."""
        return len(self.run("docker ps --quiet").split()) == 4

    def healthy(self) -> bool:
        """Whether site and worker work."""
        shown = self.run("docker ps --filter health=healthy --format '{{.Names}}'", check=False)
        return self.site.works() and len(shown.split()) >= 4


def once(condition: str, limit: int = 120) -> str:
    """A shell's command that returns when a condition of the shell's holds, and fails after that.

    The host looks for itself: what passes by is over before SSH has brought the next question.
    """
    return f"timeout {limit} sh -c {shlex.quote(f'until {condition}; do sleep 0.02; done')}"


def verified(target: Target, **settings: object) -> "subprocess.CompletedProcess[str]":
    """What the tests of a host say of the host under test, deployed with these settings."""
    environment = {"TEST_HOST": target.name, "TEST_SETTINGS": json.dumps(settings)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/host", "--inventory", INVENTORY, "--quiet",
         "-p", "no:cacheprovider"],
        cwd=CHECKOUT, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def begin(target: Target, **settings: object) -> "subprocess.Popen[str]":
    """Starts a deploy whose output can be followed."""
    environment = {"TEST_HOST": target.name, "TEST_SETTINGS": json.dumps(settings)}
    return subprocess.Popen(
        [*PYINFRA, INVENTORY, "deploy.py", "-y"],
        cwd=CHECKOUT,
        env={**os.environ, "PYINFRA_PROGRESS": "off", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="session")
def target() -> Target:
    name = os.environ.get("TEST_HOST", "test")
    return Target(name, deployed(INVENTORY, TEST_HOST=name)[name])


@pytest.fixture(scope="session")
def certs() -> Iterator[Target]:
    """A host that gets its certificate from everywhere, blank at first."""
    name = "certs"
    lab("down", name)
    lab("up", name)
    yield Target(name, deployed(INVENTORY, TEST_HOST=name)[name])
    lab("acme", "start", "staging")
    lab("down", name)


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test that uses the host begins and ends with all of it well."""
    if "target" not in request.fixturenames:
        yield
        return
    target: Target = request.getfixturevalue("target")
    wait_until(target.healthy, 60)
    yield
    wait_until(target.healthy, 90)
