"""ssh takes the way to a host that pyinfra takes: the same data, the same ssh config."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyinfra.connectors.sshuserclient.client import SSHClient

from infra.operator.way_in import config_text, destination

NAME = "web"
CONFIGS = {
    "alias": "Host web\n  HostName 192.0.2.7\n  User admin\n  Port 2222\n",
    "pattern": "Host w*\n  User admin\nHost *\n  Port 2200\n  User other\n",
    "equals": "Host=web\nHostName=192.0.2.7\nPort=2222\n",
    "before any host": "User admin\nHost web\n  HostName 192.0.2.7\n",
    "by address": "Host 192.0.2.9\n  User admin\n  Port 2222\n",
    "included": "Include parts/*\nHost *\n  User other\n",
    "quoted": 'Include "parts/one more"\nHost web\n  HostName 192.0.2.7\n',
    "of others": "Host elsewhere\n  HostName 192.0.2.7\n  User admin\n",
    "of a person": "Host web\n  RemoteCommand tmux\n  LocalForward 1 a:1\n  HostName 192.0.2.7\n",
    "empty": "",
}
DATA: dict[str, dict[str, Any]] = {
    "nothing": {},
    "all": {"ssh_user": "debian", "ssh_port": 22022, "ssh_hostname": "192.0.2.9"},
    "user": {"ssh_user": "debian"},
    "port": {"ssh_port": "2022"},
}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Where the config goes; what it includes stands beside it."""
    folder = tmp_path / "a folder"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "one").write_text("Host web\n  HostName 192.0.2.8\n  Port 2022\n")
    (folder / "parts" / "one more").write_text("Host web\n  User admin\n")
    return folder / "config"


def ssh(config: str, folder: Path, name: str = NAME) -> dict[str, str]:
    """The options that ssh takes for a name."""
    path = folder / "ssh_config"
    path.write_text(config)
    shown = subprocess.run(
        ["ssh", "-G", "-F", str(path), name], capture_output=True, text=True, check=True
    )
    return dict(line.partition(" ")[::2] for line in shown.stdout.splitlines())


def pyinfra(data: dict[str, Any], config: Path) -> tuple[str, int, str]:
    """Where pyinfra's SSH client would connect to: address, port and user; it does not connect."""
    given = {"username": data.get("ssh_user"), "port": int(data.get("ssh_port", 0))}
    known = {key: value for key, value in given.items() if value}
    client: Any = SSHClient()
    name, found, *_ = client.parse_config(destination(NAME, data), known, str(config))
    found |= known
    return name, found["port"], found.get("username", "")


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("config", [key for key in CONFIGS if key != "quoted"])
def test_ssh_connects_to_where_pyinfra_does(
    tmp_path: Path, config_file: Path, config: str, data: dict[str, Any]
) -> None:
    config_file.write_text(CONFIGS[config])
    data = data | {"ssh_config_file": "a folder/config"}
    found = ssh(config_text(NAME, data, tmp_path), tmp_path, destination(NAME, data))
    address, port, user = pyinfra(data, config_file)
    assert (found["hostname"], int(found["port"])) == (address, port)
    assert not user or found["user"] == user
    assert "remotecommand" not in found
    assert "localforward" not in found


def test_a_path_with_spaces_is_included(tmp_path: Path, config_file: Path) -> None:
    config_file.write_text(CONFIGS["quoted"])
    found = ssh(config_text(NAME, {"ssh_config_file": "a folder/config"}, tmp_path), tmp_path)
    assert (found["user"], found["hostname"]) == ("admin", "192.0.2.7")


def test_a_file_that_includes_itself_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("Include config\nHost web\n  Port 2222\n")
    text = config_text(NAME, {"ssh_config_file": "config"}, tmp_path)
    assert ssh(text, tmp_path)["port"] == "2222"


def test_the_person_s_own_config_is_read_without_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host web\n  HostName 192.0.2.7\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ssh(config_text(NAME, {}, tmp_path), tmp_path)["hostname"] == "192.0.2.7"


def test_a_bastion_has_options_of_its_own(tmp_path: Path) -> None:
    """The host's options are not the bastion's, which ssh enters with the same config."""
    (tmp_path / "config").write_text(
        "Host web\n  HostName 10.0.0.5\n  ProxyJump gate\n"
        "Host gate\n  HostName 192.0.2.1\n  User g\n"
    )
    data = {"ssh_config_file": "config", "ssh_user": "debian", "ssh_port": 2222, "ssh_key": "k"}
    text = config_text(NAME, data, tmp_path, "/tmp/socket")
    assert ssh(text, tmp_path)["proxyjump"] == "gate"
    gate = ssh(text, tmp_path, "gate")
    assert (gate["hostname"], gate["user"], gate["port"]) == ("192.0.2.1", "g", "22")
    assert "k" not in gate["identityfile"]
    assert gate["batchmode"] == "yes"
    assert gate["stricthostkeychecking"] == "ask"
    assert "controlpath" not in gate


@pytest.mark.parametrize(
    ("given", "in_config", "expected"),
    [
        ("yes", "", "true"),
        ("no", "  StrictHostKeyChecking yes\n", "false"),
        (None, "", "accept-new"),
        (None, "  StrictHostKeyChecking yes\n", "true"),
    ],
)
def test_the_key_of_a_host_is_checked(
    tmp_path: Path, given: str | None, in_config: str, expected: str
) -> None:
    (tmp_path / "config").write_text(f"Host web\n{in_config}")
    data = {"ssh_config_file": "config", "ssh_strict_host_key_checking": given}
    found = ssh(config_text(NAME, data, tmp_path), tmp_path)
    assert found["stricthostkeychecking"] == expected


def test_a_key_and_known_hosts_of_the_inventory_are_taken(tmp_path: Path) -> None:
    data = {"ssh_key": "my keys/a%b", "ssh_known_hosts_file": "known hosts"}
    found = ssh(config_text(NAME, data, tmp_path), tmp_path)
    assert found["identityfile"] == f"{tmp_path}/my keys/a%%b"  # ssh makes it one
    assert found["identitiesonly"] == "yes"
    assert found["userknownhostsfile"] == f"{tmp_path}/known hosts"
