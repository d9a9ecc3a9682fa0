"""The way to a host is the one that the inventory gives pyinfra, as ssh itself understands it."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.facts.login_shell import MARKER
from infra.operator import ssh

DATA = {
    "ssh_user": "debian",
    "ssh_port": 2222,
    "ssh_hostname": "192.0.2.7",
    "ssh_key": "~/.ssh/work",
    "ssh_known_hosts_file": "known",
    "ssh_config_file": ".lab/none",
}


def understood(tmp_path: Path, data: dict[str, object]) -> dict[str, str]:
    """What ssh itself makes of the options."""
    config = tmp_path / "config"
    config.write_text("Host app\n  ProxyJump bastion\n")
    if "ssh_config_file" in data:
        data = data | {"ssh_config_file": str(config)}
    command = ssh.command("app", data, ["slipway"], terminal=False)
    shown = subprocess.run(
        [command[0], "-G", *command[1:]], capture_output=True, text=True, check=True
    )
    return dict(line.partition(" ")[::2] for line in shown.stdout.splitlines())


def test_ssh_goes_where_pyinfra_goes(tmp_path: Path) -> None:
    found = understood(tmp_path, DATA)
    assert (found["user"], found["port"], found["hostname"]) == ("debian", "2222", "192.0.2.7")
    assert found["identityfile"] == str(Path("~/.ssh/work").expanduser())
    assert found["userknownhostsfile"] == str(CHECKOUT / "known")
    assert found["proxyjump"] == "bastion"
    assert found["stricthostkeychecking"] == "accept-new"  # as pyinfra does when nothing is said


@pytest.mark.parametrize(("said", "option"), [("yes", "true"), ("no", "false")])
def test_how_strict_ssh_is_can_be_said(tmp_path: Path, said: str, option: str) -> None:
    found = understood(tmp_path, {"ssh_strict_host_key_checking": said})
    assert found["stricthostkeychecking"] == option


def test_an_agent_is_forwarded_when_the_inventory_says_so(tmp_path: Path) -> None:
    assert understood(tmp_path, {})["forwardagent"] == "no"
    assert understood(tmp_path, {"ssh_forward_agent": True})["forwardagent"] == "yes"


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
    remote = ssh.command("app", {}, [str(program), *WORDS], terminal=False)[-1]
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


def test_a_terminal_is_given_where_there_is_one_and_then_sudo_may_ask() -> None:
    with_one = ssh.command("app", {}, ["slipway"], terminal=True)
    without = ssh.command("app", {}, ["slipway"], terminal=False)
    assert ("-t" in with_one, "-T" in without) == (True, True)
    assert ("sudo -n" in with_one[-1], "-n" in ssh.command("app", {}, ["x"], terminal=True)) == (
        False,
        False,
    )


def test_this_machine_needs_no_ssh_and_other_ways_are_refused() -> None:
    assert ssh.command("@local", {}, ["slipway", "logs"], terminal=False)[:2] == ["sh", "-c"]
    with pytest.raises(ssh.NoWayError, match="@docker/x is not reached by SSH"):
        ssh.command("@docker/x", {}, ["slipway"], terminal=False)
    assert shlex.split(ssh.command("@local", {}, ["a b"], terminal=False)[2])[-1] == "a b"
