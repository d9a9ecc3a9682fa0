"""What an ssh config says leads pyinfra, bin/slipway and tests/host to a host alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Target
from tests.faults.operators.conftest import Inventory, deploy, release_told, verify

pytestmark = pytest.mark.destructive

LAB = Path(".lab").resolve()
# The host's own address on its own wire: nobody gets there but through the bastion.
CONFIG = """
Host inner
    HostName 127.0.0.1
    ProxyJump gate
Host gate
    HostName {address}
Include options
"""
OPTIONS = """
Host inner gate
    User debian
    Port 2222
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known}
    StrictHostKeyChecking yes
"""


@pytest.fixture
def second_port(target: Target) -> Iterator[Target]:
    """SSH on another port, too."""
    target.run("printf 'Port 22\\nPort 2222\\n' > /etc/ssh/sshd_config.d/ports.conf")
    target.run("systemctl restart ssh")
    yield target
    target.run("rm /etc/ssh/sshd_config.d/ports.conf; systemctl restart ssh")


@pytest.fixture
def behind(second_port: Target, inventory: Inventory, tmp_path: Path) -> str:
    """An inventory of the host behind a bastion, which is the host itself."""
    address = second_port.host.address
    [host_key] = [
        line.split(" ", 1)[1]
        for line in (LAB / "known_hosts").read_text().splitlines()
        if line.startswith(f"{second_port.name},")
    ]
    folder = tmp_path / "ssh"
    folder.mkdir()
    known, key = folder / "known", folder / "key"
    known.write_text(f"[127.0.0.1]:2222 {host_key}\n[{address}]:2222 {host_key}\n")
    key.write_bytes((LAB / "ssh_key").read_bytes())
    key.chmod(0o600)
    (folder / "options").write_text(OPTIONS.format(key=key, known=known))
    (folder / "config").write_text(CONFIG.format(address=address))
    return inventory(
        ssh_hostname="inner",
        ssh_known_hosts_file=None,
        ssh_config_file=str(folder / "config"),
        ssh_strict_host_key_checking="yes",
        verify_address=address,
    )


def test_an_alias_a_port_a_key_and_a_bastion_lead_to_the_host(
    behind: str, second_port: Target
) -> None:
    done = deploy(behind, second_port)
    assert done.returncode == 0, done.stderr
    assert release_told(behind, second_port) == second_port.release()
    verified = verify(behind)
    assert verified.returncode == 0, verified.stdout


def test_a_host_with_another_key_is_entered_by_neither(
    behind: str, second_port: Target, tmp_path: Path
) -> None:
    known = tmp_path / "ssh" / "known"
    other = known.read_text().replace("[127.0.0.1]:2222 ", "[127.0.0.2]:2222 ")
    known.write_text(other)
    done = deploy(behind, second_port)
    assert done.returncode != 0
    assert "No host key for [127.0.0.1]:2222 found in known_hosts" in done.stderr
    verified = verify(behind, "tests/host/test_units.py")
    assert verified.returncode != 0
    assert "Host key verification failed" in verified.stdout
