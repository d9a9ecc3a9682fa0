"""Who else changes a host: what can be tried without a connection. tests/faults has the rest."""

import fcntl
import shlex
import subprocess
from pathlib import Path

import pytest

from infra.facts.deploying import SCRIPT, OtherChange


def asked(lock: Path) -> str:
    """The script's answer on this machine, where it comes by no SSH connection."""
    words = ["sh", "-c", SCRIPT, "sh", "slipway-test-deploy.service", "a deploy", str(lock)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout


def test_nobody_is_in_the_way_of_a_host_that_nothing_was_deployed_to(tmp_path: Path) -> None:
    assert asked(tmp_path / "lock") == ""


def test_a_lock_that_nobody_holds_is_in_nobody_s_way(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("deploy of release x by somebody\n")
    assert asked(lock) == ""


def test_who_holds_the_lock_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("deploy of release x by somebody\n")
    with lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert asked(lock) == "deploy of release x by somebody\n"


def test_the_answer_is_one_line() -> None:
    fact = OtherChange()
    assert (
        fact.process(["deploy of release x", " by somebody "]) == "deploy of release x by somebody"
    )
    assert fact.process([]) == ""


@pytest.mark.parametrize("by", ["me@laptop", "o'neill; reboot@laptop", "$(reboot)"])
def test_what_an_operator_is_called_is_no_command(by: str) -> None:
    words = shlex.split(OtherChange().command(by))
    assert words[:2] == ["sh", "-c"]
    assert words[2] == SCRIPT
    assert words[5] == f"deploy by {by}"
