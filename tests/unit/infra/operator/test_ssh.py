"""The way to a host is the one that the inventory gives pyinfra, as ssh itself understands it."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from infra.facts.login_shell import MARKER
from infra.operator import ssh

DATA = {"ssh_user": "debian", "ssh_port": 2222, "ssh_hostname": "192.0.2.7"}


def test_ssh_goes_where_the_inventory_leads(tmp_path: Path) -> None:
    command = ssh.command("app", DATA, ["slipway"], tmp_path / "config", terminal=False)
    shown = subprocess.run(
        [command[0], "-G", *command[1:]], capture_output=True, text=True, check=True
    )
    found = dict(line.partition(" ")[::2] for line in shown.stdout.splitlines())
    assert (found["user"], found["port"], found["hostname"]) == ("debian", "2222", "192.0.2.7")


WORDS = ["run", "--", "sh", "-c", "echo 'a  b' \"$HOME\" \\\\ !x", "*", ""]


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "csh", "tcsh", "fish"])
def test_words_arrive_as_they_are_through_any_login_shell(tmp_path: Path, shell: str) -> None:
    found = subprocess.run(["sh", "-c", f"command -v {shell}"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(f"{shell} is not installed")
    program, sudo = tmp_path / "slipway", tmp_path / "sudo"
    program.write_text('#!/bin/sh\nfor word; do printf "<%s>" "$word"; done; cat; exit 7\n')
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] && shift; exec "$@"\n')
    for path in (program, sudo):
        path.chmod(0o755)
    config = tmp_path / "config"
    remote = ssh.command("app", {}, [str(program), *WORDS], config, terminal=False)[-1]
    done = subprocess.run(
        [shell, "-c", remote],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        input="said",
        capture_output=True,
        text=True,
        check=False,
    )
    answer = "".join(f"<{word}>" for word in WORDS) + "said"
    assert done.stdout == f"{MARKER}\n{answer}"
    assert (done.returncode, done.stderr) == (7, "")


def test_a_terminal_is_given_where_there_is_one_and_then_sudo_may_ask(tmp_path: Path) -> None:
    config = tmp_path / "config"
    with_one = ssh.command("app", {}, ["slipway"], config, terminal=True)
    without = ssh.command("app", {}, ["slipway"], config, terminal=False)
    assert ("-t" in with_one, "-T" in without) == (True, True)
    assert ("sudo -n" in with_one[-1], "sudo" in with_one[-1]) == (False, True)


def test_this_machine_needs_no_ssh_and_other_ways_are_refused(tmp_path: Path) -> None:
    here = ssh.command("@local", {}, ["slipway", "a b"], tmp_path / "config", terminal=False)
    assert here[:2] == ["sh", "-c"]
    assert shlex.split(here[2])[-1] == "a b"
    with pytest.raises(ssh.NoWayError, match="@docker/x is not reached by SSH"):
        ssh.command("@docker/x", {}, ["slipway"], tmp_path / "config", terminal=False)
