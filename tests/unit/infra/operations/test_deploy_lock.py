"""The deploy lock's program, below a process named as SSH's is. tests/faults has the rest."""

import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyinfra.context import ctx_host, ctx_state
from pyinfra_testing.util import (  # type: ignore[import-untyped]  # it has no types
    FakeState,
    create_host,
)

from infra.facts.login_shell import MARKER
from infra.onhost.locks import WATCHDOG
from infra.operations import deploy_lock
from tests.support.facts import program
from tests.support.processes import kill_family, until

LIMITS = {"silence_limit=60": "silence_limit=1", "patience=5": "patience=4"}
Ask = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "deploy.lock"


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Opens a connection that asks for the lock, and runs another command beside that."""
    script = deploy_lock.PROGRAM.read_text()
    for shipped, quick in LIMITS.items():
        assert shipped in script
        script = script.replace(shipped, quick)
    sshd = shutil.copy("/bin/bash", tmp_path / "sshd-session")
    with ExitStack() as open_connections:

        def connect(who: str, beside: str = "true") -> "subprocess.Popen[str]":
            words = [str(tmp_path / "deploy.lock"), str(tmp_path / "switch.lock"), who]
            command = shlex.join(["bash", "-c", script, "deploy_lock.sh", *words])
            process = subprocess.Popen(
                [sshd, "-c", f"{beside} & {command}; exit $?"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            open_connections.callback(end, process)
            return process

        yield connect


def end(process: "subprocess.Popen[str]") -> None:
    """Ends a connection, with the command beside, and with its pipe the lock."""
    if process.poll() is None:
        kill_family(process.pid)
    process.communicate()


def answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def beat(process: "subprocess.Popen[str]") -> None:
    """A sign of life."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def test_the_first_holds_the_lock_and_is_named_in_it(ask: Ask, lock: Path) -> None:
    first = ask("deploy by o'neill@laptop")
    assert answer(first) == deploy_lock.HELD
    assert is_locked(lock)
    assert lock.read_text().startswith("deploy by o'neill@laptop, since ")


def test_a_second_is_refused_and_told_who_the_first_is(ask: Ask, lock: Path) -> None:
    first = ask("deploy by one")
    assert answer(first) == deploy_lock.HELD
    second = ask("deploy by two")
    while second.poll() is None:
        beat(first)
        time.sleep(0.2)
    assert second.returncode == deploy_lock.REFUSED
    assert answer(second) == lock.read_text().strip()
    assert lock.read_text().startswith("deploy by one, since ")
    assert first.poll() is None


def test_the_lock_ends_with_the_connection(ask: Ask, lock: Path) -> None:
    first = ask("deploy by one")
    assert answer(first) == deploy_lock.HELD
    end(first)
    until(lambda: not is_locked(lock), "the lock is free", 5)
    assert answer(ask("deploy by two")) == deploy_lock.HELD


def test_one_that_is_silent_keeps_the_lock_while_nobody_asks(ask: Ask, lock: Path) -> None:
    first = ask("deploy by one")
    assert answer(first) == deploy_lock.HELD
    time.sleep(4)
    assert first.poll() is None
    assert is_locked(lock)


def test_one_that_is_silent_loses_connection_and_lock_to_another(ask: Ask, lock: Path) -> None:
    first = ask("deploy by one")
    assert answer(first) == deploy_lock.HELD
    time.sleep(2.5)
    second = ask("deploy by two")
    until(lambda: first.poll() is not None, "the connection is ended", 4)
    assert answer(second) == deploy_lock.HELD
    assert lock.read_text().startswith("deploy by two, since ")


def test_one_that_is_silent_while_its_command_runs_keeps_the_lock(ask: Ask) -> None:
    first = ask("deploy by one", beside="sleep 30")
    assert answer(first) == deploy_lock.HELD
    time.sleep(2.5)
    assert ask("deploy by two").wait(20) == deploy_lock.REFUSED
    assert first.poll() is None


def test_a_switch_that_nobody_looks_at_is_in_the_way(ask: Ask, tmp_path: Path, lock: Path) -> None:
    switch = tmp_path / "switch.lock"
    switch.write_text("deploy of release x by somebody\n")
    free = ask("deploy by one")
    assert answer(free) == deploy_lock.HELD
    end(free)
    with switch.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = ask("deploy by one")
        assert refused.wait(20) == deploy_lock.REFUSED
    assert answer(refused) == "deploy of release x by somebody"
    assert not is_locked(lock)


def test_the_watchdog_refuses_nobody(ask: Ask, tmp_path: Path, lock: Path) -> None:
    """What the deploy does under the same lock waits for it."""
    switch = tmp_path / "switch.lock"
    switch.write_text(f"{WATCHDOG}, process 7, since now\n")
    with switch.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert answer(ask("deploy by one")) == deploy_lock.HELD
    assert is_locked(lock)


@pytest.mark.parametrize("by", ["me@laptop", "o'neill; reboot@laptop", "$(reboot)"])
def test_what_an_operator_is_called_is_no_command(by: str, tmp_path: Path) -> None:
    """The host's own programs get it as one word; here `sudo` shows what it is given."""
    program(tmp_path, "sudo", 'for word; do printf "%s\\0" "$word"; done')
    done = subprocess.run(
        ["sh", "-c", deploy_lock.command(f"deploy by {by}")],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    marker, _, given = done.stdout.partition("\n")
    assert marker == MARKER
    assert given.split("\0")[:-1] == [
        *("-n", "bash", "-c", deploy_lock.PROGRAM.read_text(), "deploy_lock.sh"),
        *("/run/slipway-deploy.lock", "/run/slipway.lock", f"deploy by {by}"),
    ]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            deploy_lock.REFUSED,
            "another change of this host is under way: deploy by one, since now.\n"
            "Nothing was changed. bin/slipway status shows how far it is.",
        ),
        (1, "the deploy lock cannot be taken: deploy by one, since now. Nothing was changed."),
    ],
)
def test_a_refusal_is_told_apart_from_a_failure(code: int, told: str) -> None:
    assert deploy_lock.refusal(code, ["deploy by one, since now"]) == told


@pytest.mark.parametrize("executing", [False, True])
def test_a_plan_and_a_connection_without_ssh_take_no_lock(executing: bool) -> None:
    """The host of the tests has no connection: whatever were sent to it would fail."""
    state = FakeState()
    state.is_executing = executing
    host = create_host(state, facts={})
    host.connector = object()
    with ctx_state.use(state), ctx_host.use(host):
        assert list(deploy_lock.take._inner(by="me@laptop")) == []
    assert (host.noop_description is None) is executing
