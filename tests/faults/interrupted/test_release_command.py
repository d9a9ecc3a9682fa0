"""The release command: what it says is kept, and it ends with its time or its switch."""

from typing import Any

import pytest

from infra.onhost import layout
from tests.faults.conftest import Target, begin, once
from tests.faults.interrupted.test_interrupted import reached
from tests.site import wait_until

pytestmark = pytest.mark.destructive
CONTAINER = f"docker ps --all --quiet --filter name=^{layout.RELEASE_COMMAND_CONTAINER}$"


def command(script: str, **more: Any) -> dict[str, Any]:
    return {"app": {"release_command": ["sh", "-c", script], **more}}


def test_what_it_says_stands_in_the_journal(target: Target) -> None:
    done = target.deploy(**command("echo one table made"))
    assert done.returncode == 0, done.stderr
    target.run("journalctl --sync")
    said = target.run("journalctl --unit slipway-switch --output cat --lines 30").splitlines()
    assert "one table made" in said
    assert target.deploy().returncode == 0


def test_one_that_fails_ends_the_release_with_what_it_said(target: Target) -> None:
    old = target.release()
    done = target.deploy(**command("echo from here; echo to there >&2; exit 3"))
    assert done.returncode != 0
    assert "app.release_command failed: exit code 3: " in done.stderr
    assert "from here" in done.stderr
    assert "to there" in done.stderr
    assert target.release() == old
    assert target.run(CONTAINER) == ""


def test_one_that_does_not_end_is_ended_with_its_time(target: Target) -> None:
    old = target.release()
    slow = command("echo so far so good; sleep 600", release_command_limit=5)
    done = target.deploy(**slow)
    assert done.returncode != 0
    assert "not finished after 5 s" in done.stderr
    assert "so far so good" in done.stderr
    assert target.release() == old
    assert target.run(CONTAINER) == ""


def test_one_whose_switch_was_killed_ends_too(target: Target) -> None:
    running = begin(target, **command("sleep 600"))
    target.run(f"{reached('command')}; {once(CONTAINER + ' | grep --quiet .')}")
    target.run("systemctl kill --signal KILL slipway-switch")
    running.communicate()
    assert running.returncode != 0
    wait_until(lambda: target.run(CONTAINER) == "", 90)
    [killed] = target.history()[-1:]
    assert (killed["result"], killed["reason"]) == ("interrupted", "in the stage 'command'")
    assert target.deploy().returncode == 0
