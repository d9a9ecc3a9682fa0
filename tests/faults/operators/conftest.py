"""Other ways in to the host under test: users with login shells of their own, and ssh configs."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import Target, pyinfra

USER = "anna"
MAKE = f"""
set -e
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends csh fish tcsh zsh
useradd --create-home --shell /bin/bash {USER}
install --directory --mode 700 --owner {USER} /home/{USER}/.ssh
install --owner {USER} --mode 600 ~debian/.ssh/authorized_keys /home/{USER}/.ssh/
echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}
"""
REMOVE = f"userdel --force --remove {USER}; rm --force /etc/sudoers.d/{USER}"
Inventory = Callable[..., str]


@pytest.fixture(scope="session")
def operator(target: Target) -> Iterator[Target]:
    """The host with another user, who may become root, and with many shells."""
    target.run(MAKE)
    yield target
    target.run(REMOVE, check=False)


@pytest.fixture
def inventory(target: Target, tmp_path: Path) -> Inventory:
    """Writes an inventory of the host under test with this data; None leaves a key out."""

    def write(**data: object) -> str:
        path = tmp_path / "inventory.py"
        given = {**target.host.data, **data}
        entry = (target.name, {key: value for key, value in given.items() if value is not None})
        path.write_text(f"hosts = [{entry!r}]\n")
        return str(path)

    return write


def deploy(inventory: str, target: Target) -> "subprocess.CompletedProcess[str]":
    """Deploys without a terminal and without -y: that goes well when there is no change."""
    return pyinfra(inventory, "deploy.py", TEST_HOST=target.name)


def told(inventory: str, question: str) -> "subprocess.CompletedProcess[str]":
    """What a script gets that asks a question."""
    command = [str(CHECKOUT / "bin" / "slipway"), question, "--json", "--inventory", inventory]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def release_told(inventory: str, target: Target) -> str:
    """The release in the status, which is one JSON document and nothing else."""
    done = told(inventory, "status")
    assert (done.returncode, done.stderr) == (0, "")
    release: str = json.loads(done.stdout)[target.name]["release"]
    return release


def verify(inventory: str, *tests: str) -> "subprocess.CompletedProcess[str]":
    """Runs tests of the host as an operator does."""
    command = [str(CHECKOUT / ".venv" / "bin" / "pytest"), "--quiet", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--inventory", inventory, *(tests or ("tests/host",))],
        cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
