"""A command of an operator's: in a container of its own, which ends with it in every case."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.command import Failure
from infra.onhost.verbs import one_off
from tests.support.onhost import Host, new_host
from tests.support.processes import until


@pytest.fixture
def host() -> Iterator[Host]:
    """A host where a is current."""
    with new_host() as host:
        folder = host.release("a")
        (folder / "compose.yaml").write_text('{"services": {"one-off": {}}}')
        host.layout.current.symlink_to("a")
        yield host


def compose(host: Host, script: str) -> None:
    """The docker of the host; `compose run` is this script."""
    host.program("docker", f"case $* in *' run '*) {script};; esac")


@pytest.mark.parametrize("words", [["flask", "db", "upgrade"], ["--", "flask", "db", "upgrade"]])
def test_it_runs_in_a_project_of_its_own_and_gives_its_exit_code(
    host: Host, words: list[str]
) -> None:
    compose(host, "exit 7")
    assert one_off.command(host, words) == 7
    run, remove, down = host.called()
    name = remove.split()[-1]
    assert name.startswith("run-slipway-")
    assert f"--project-directory {host.layout.releases}/a --project-name {name} " in run
    assert run.endswith(
        f"--profile one-off run --rm --name {name} --no-TTY one-off flask db upgrade"
    )
    assert remove == f"docker rm --force {name}"
    assert down.endswith(f"--project-name {name} --progress quiet down")


def test_input_and_output_are_those_of_the_caller(host: Host) -> None:
    compose(host, "tr a-z A-Z; echo problem >&2; exit 3")
    done = started(host, "command(host, ['x'])").communicate("words\n", timeout=20)
    assert done == ("WORDS\n", "problem\n")


def started(host: Host, call: str) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from infra.onhost.config import Host\n"
        "from infra.onhost.layout import Layout; from infra.onhost.verbs.one_off import *\n"
        f"host = Host(Layout(Path({str(host.root)!r})), None); sys.exit({call})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=CHECKOUT,
        env=os.environ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_lost_connection_ends_the_container(host: Host, number: signal.Signals) -> None:
    compose(host, "exec sleep 60")
    process = started(host, "command(host, ['x'])")
    until(lambda: " run " in host.calls.read_text(), "it runs")
    process.send_signal(number)
    process.send_signal(number)  # as sshd and the terminal do, each
    assert process.wait(20) == 130
    process.communicate()
    assert [call.split()[1] for call in host.called()[1:]] == ["rm", "compose"]


def test_what_cannot_be_run_is_refused(host: Host) -> None:
    with pytest.raises(Failure, match="say which command"):
        one_off.command(host, ["--"])
    (host.layout.releases / "a" / "compose.yaml").write_text("{}")
    with pytest.raises(Failure, match="release a was made by an older version: deploy once"):
        one_off.command(host, ["true"])
    host.layout.current.unlink()
    with pytest.raises(Failure, match="no release is live"):
        one_off.command(host, ["true"])


def test_a_shell_needs_a_terminal(host: Host) -> None:
    process = started(host, "shell(host)")
    assert "Failure: a shell needs a terminal" in process.communicate(timeout=20)[1]
