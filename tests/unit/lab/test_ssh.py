"""The access files, as OpenSSH and paramiko read them."""

import subprocess
from pathlib import Path

import paramiko
import pytest

from lab.disk import ssh

HOSTS = [("one", "10.213.0.10"), ("two", "10.213.0.11")]


def effective(config: Path, host: str) -> dict[str, str]:
    """Ask OpenSSH what it makes of the file."""
    command = ("ssh", "-G", "-F", str(config), host)
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


@pytest.fixture(params=["plain", "with a space"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    files = tmp_path / str(request.param)
    files.mkdir()
    text = ssh.config_text(HOSTS, files, Path("/run/slipway-lab/0badcafe"))
    (files / "ssh_config").write_text(text)
    return files / "ssh_config"


def test_openssh_reaches_each_host_with_a_pinned_key(config: Path) -> None:
    seen = effective(config, "two")
    assert seen["hostname"] == "10.213.0.11"
    assert seen["user"] == "debian"
    assert seen["stricthostkeychecking"] in ("true", "yes")
    assert seen["identityfile"].strip('"') == str(config.parent / "ssh_key")


def test_openssh_shares_one_connection_to_a_host(config: Path) -> None:
    seen = effective(config, "one")
    assert seen["controlmaster"] == "auto"
    assert seen["controlpath"] == "/run/slipway-lab/0badcafe/one"
    assert seen["controlpersist"] == "60"


def test_paramiko_reads_the_same(config: Path) -> None:
    seen = paramiko.SSHConfig.from_path(str(config)).lookup("one")
    assert seen["hostname"] == "10.213.0.10"
    assert seen["user"] == "debian"
    assert list(seen["identityfile"]) == [str(config.parent / "ssh_key")]
    assert seen["userknownhostsfile"] == str(config.parent / "known_hosts")


def test_a_control_socket_fits_into_a_socket_address() -> None:
    path = ssh.config_text(
        [("n" * 40, "10.213.0.10")], Path("/x"), Path("/run/slipway-lab/" + 8 * "f")
    )
    socket = next(line.split()[1] for line in path.splitlines() if "ControlPath" in line)
    assert len(socket) + len(".0123456789abcdef") < 104  # ssh adds an ending while it makes it
