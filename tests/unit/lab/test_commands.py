"""What scripts read from the lab, and how it refuses what makes no sense."""

import subprocess
from pathlib import Path

import pytest

from lab import __main__ as commands
from lab import paths
from lab.machines import boot
from lab.paths import Clone
from lab.progress import LabError
from lab.records import Host

HOST = Host("one", "10.213.0.10", "one.slipway.test", "ssh-ed25519 AAAA", 1.0)


def test_the_assignments_can_be_evaluated_whatever_the_path() -> None:
    checkout = Path("/home/o'neill/my $(touch /tmp/x) files")
    text = commands.assignments(Clone(checkout), HOST)
    script = f'{text}\nprintf %s "$LAB_CA"'
    done = subprocess.run(("sh", "-c", script), capture_output=True, text=True, check=True)
    assert done.stdout == f"{checkout}/.lab/ca.pem"


def test_the_assignments_name_all_that_scripts_rely_on() -> None:
    names = [line.split("=")[0] for line in commands.assignments(Clone(Path("/x")), HOST).split()]
    assert names == [
        "LAB_ADDRESS",
        "LAB_DOMAIN",
        "LAB_CA",
        "LAB_SSH_CONFIG",
        "LAB_SSH_USER",
        "LAB_ACME",
        "LAB_STAGING",
        "LAB_STAGING_CA",
        "LAB_MIRROR",
        "LAB_EXTRA_CA",
    ]


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a/b", "a b", "a" * 41, "é"])
def test_a_name_that_is_no_dns_label_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="not a valid host name"):
        paths.valid_name(name)


@pytest.mark.parametrize("name", ["a", "demo", "labtest-1", "a" * 40])
def test_a_dns_label_is_a_name(name: str) -> None:
    assert paths.valid_name(name) == name


@pytest.mark.parametrize(
    "arguments", [["down"], ["up"], ["acme", "stop", "x"], ["down", "a", "--all"], ["fly"], []]
)
def test_bad_use_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        commands.parser().parse_args(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_command_for_a_host_keeps_its_own_options() -> None:
    asked = commands.parser().parse_args(["ssh", "one", "ls", "-l", "--all"])
    assert asked.words == ["ls", "-l", "--all"]


def test_two_clones_share_no_name_on_the_machine() -> None:
    one, two = Clone(Path("/a")), Clone(Path("/b"))
    assert {one.bridge, one.table, one.state} & {two.bridge, two.table, two.state} == set()
    assert len(one.bridge) <= 15  # the kernel's limit for an interface


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    paths.replace(tmp_path / "key", "new", 0o600)
    assert (tmp_path / "key").read_text() == "new"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_host_boots_in_a_bridge_and_under_a_name_of_its_clone() -> None:
    clone = Clone(Path("/a"))
    command = boot.nspawn(clone, HOST)
    assert f"--network-bridge={clone.bridge}" in command
    assert f"--machine={clone.bridge}-one" in command
    assert "--capability=all" in command
