"""Hosts with a history: each is prepared by scripts, then deployed to as the README says."""

import os
import subprocess
from pathlib import Path

from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import INVENTORY, LAB, Target, lab

SCRIPTS = Path(__file__).parent / "scripts"


def prepared(name: str, *scripts: str) -> Target:
    """A host on which these scripts have run as root."""
    lab("down", name)
    lab("up", name)
    for script in scripts:
        done = subprocess.run(
            [LAB, "ssh", name, "sudo sh -s"],
            input=(SCRIPTS / f"{script}.sh").read_text(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}: {done.stdout}\n{done.stderr}"
    return Target(name, deployed(INVENTORY, TEST_HOST=name)[name])


def verified(target: Target, *options: str) -> str:
    """What the tests of a deployed host say, which all pass; options are pytest's."""
    command = (
        *("pytest", "tests/host", "--inventory", INVENTORY, "-q", "-m", ""),
        *("-p", "no:cacheprovider", *options),
    )
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, "TEST_HOST": target.name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout
