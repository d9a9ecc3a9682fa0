"""Wrong data of the SSH connection are refused before pyinfra connects."""

from pathlib import Path
from typing import Any

import pytest

from infra.operator.connection import refusals


@pytest.fixture
def key(tmp_path: Path) -> str:
    (tmp_path / "a key").write_text("# of ssh\n")
    return str(tmp_path / "a key")


def test_right_data_are_let_through(key: str) -> None:
    full = {"ssh_user": "debian", "ssh_port": 2222, "ssh_key": key, "ssh_hostname": "10.0.0.1"}
    assert list(refusals("one", full | {"ssh_config_file": key})) == []
    assert list(refusals("one", {"ssh_port": "2222", "ssh_hostname": "::1"})) == []
    assert list(refusals("one", {})) == []


@pytest.mark.parametrize("port", [0, 65536, "22a", "", None, 2.5, "\u00b2"])
def test_a_port_is_a_number(port: Any) -> None:
    [line] = refusals("one", {"ssh_port": port})
    assert line == "one: ssh_port: must be a number from 1 to 65535"


@pytest.mark.parametrize("value", ["", "a b", " ", None, 5, "-oProxyCommand=x"])
@pytest.mark.parametrize("name", ["ssh_user", "ssh_hostname"])
def test_a_name_is_one_word(name: str, value: Any) -> None:
    assert list(refusals("one", {name: value})) == [f"one: {name}: must be one word"]


def test_a_config_that_pyinfra_would_not_find_is_named() -> None:
    """It would go on without it, and say nothing."""
    [missing] = refusals("one", {"ssh_config_file": "no/such"})
    assert missing.startswith("one: ssh_config_file: the file no/such does not exist;")
    [home] = refusals("one", {"ssh_config_file": "~/.ssh/work"})
    assert home == "one: ssh_config_file: write the full path: pyinfra does not replace ~ here"


@pytest.mark.parametrize(
    "content", [b"Include config\n", b"Host caf\xe9\n", b"Host a\n  no-such-form\n"]
)
def test_a_config_that_pyinfra_cannot_read_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config"
    path.write_bytes(content)
    [line] = refusals("one", {"ssh_config_file": str(path)})
    assert line.startswith(f"one: pyinfra cannot read the ssh config {path}: ")
    assert "\n" not in line


def test_known_hosts_that_pyinfra_would_not_find_are_named(tmp_path: Path) -> None:
    path = tmp_path / "config"
    (tmp_path / "a known").touch()
    path.write_text(f'Host web\n  UserKnownHostsFile "{tmp_path}/a known"\n')
    [line] = refusals("web", {"ssh_config_file": str(path)})
    assert line.startswith("web: pyinfra cannot read a UserKnownHostsFile with spaces:")
    named = {"ssh_config_file": str(path), "ssh_known_hosts_file": "known"}
    assert list(refusals("web", named)) == []
    assert list(refusals("other", {"ssh_config_file": str(path)})) == []


def test_a_key_that_is_not_there_is_named(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(refusals("one", {"ssh_key": "~/a key"})) == []
    [missing] = refusals("one", {"ssh_key": key + "s"})
    assert missing.startswith(f"one: ssh_key: the file {key}s does not exist;")
    assert list(refusals("one", {"ssh_key": 1})) == ["one: ssh_key: must be the path of a file"]
