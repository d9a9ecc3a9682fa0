"""What is wrong with a host is said in a line before anything on it changes."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deployed import Deployed, deployed
from tests.faults.conftest import INVENTORY, lab, once, pyinfra

pytestmark = pytest.mark.destructive
BARE = "bare"


@pytest.fixture(scope="module")
def bare() -> Iterator[Deployed]:
    """A blank host."""
    lab("down", BARE)
    lab("up", BARE)
    yield deployed(INVENTORY, TEST_HOST=BARE)[BARE]
    lab("down", BARE)


def refused(done: subprocess.CompletedProcess[str], reason: str) -> None:
    """The run failed, with the reason in one line and no traceback, and changed nothing."""
    shown = done.stdout + done.stderr
    assert done.returncode != 0, shown
    assert "Traceback" not in shown
    assert any(reason in line for line in shown.splitlines()), shown
    assert "Starting operation" not in shown
    assert lab("ssh", BARE, "ls", "/opt", "/etc/docker", check=False).stdout.split() == ["/opt:"]


def deploy(**settings: Any) -> subprocess.CompletedProcess[str]:
    return pyinfra(INVENTORY, "deploy.py", "-y", TEST_HOST=BARE, TEST_SETTINGS=json.dumps(settings))


def inventory(folder: Path, bare: Deployed, **data: Any) -> str:
    """An inventory that reaches the host in another way."""
    entry = {"ssh_hostname": bare.address, "ssh_user": "debian", **data}
    entry["settings"] = {"domain": bare.settings.domain, "email": bare.settings.email}
    path = folder / "inventory.py"
    path.write_text(f"hosts = [({BARE!r}, {entry!r})]\n")
    return str(path)


def test_a_host_that_does_not_answer(bare: Deployed, tmp_path: Path) -> None:
    done = pyinfra(inventory(tmp_path, bare, ssh_port=1), "deploy.py", "-y")
    refused(done, f"[{BARE}] Could not connect")


def test_a_host_that_refuses_the_key(bare: Deployed, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    known = lab("ssh", BARE, "cat", "/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[:2]
    (tmp_path / "known_hosts").write_text(f"{bare.address} {' '.join(known)}\n")
    done = pyinfra(
        inventory(
            tmp_path, bare, ssh_key=str(key), ssh_known_hosts_file=str(tmp_path / "known_hosts")
        ),
        "deploy.py",
        "-y",
    )
    refused(done, f"[{BARE}] Authentication error")


@pytest.mark.usefixtures("bare")
def test_another_distribution() -> None:
    lab("ssh", BARE, "sudo sed -i.kept -e s/^ID=.*/ID=fedora/ /usr/lib/os-release")
    try:
        refused(deploy(), f"{BARE}: runs fedora 13: Slipway needs Debian 13")
    finally:
        lab("ssh", BARE, "sudo mv /usr/lib/os-release.kept /usr/lib/os-release")


@pytest.mark.usefixtures("bare")
def test_a_port_that_another_program_holds() -> None:
    lab("ssh", BARE, "sudo systemd-run --quiet --unit=squatter python3 -m http.server 80")
    try:
        lab("ssh", BARE, once("ss -Htln 'sport = :80' | grep -q ."))
        refused(deploy(), f"{BARE}: port 80 is taken by python3")
    finally:
        lab("ssh", BARE, "sudo systemctl stop squatter")


@pytest.mark.usefixtures("bare")
def test_too_little_disk_or_memory() -> None:
    done = deploy(preflight={"free_disk": "900000g", "memory": "9000g"})
    refused(done, "needs 900000g: make room")
    refused(done, "of memory, needs 9000g: take a larger host")


def test_a_name_that_leads_elsewhere_is_a_warning_and_no_refusal(bare: Deployed) -> None:
    done = pyinfra(
        "--dry", INVENTORY, "deploy.py", TEST_HOST=BARE,
        TEST_SETTINGS=json.dumps({"domain": "mirror.slipway.test"}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"the host has {bare.address}" in done.stdout + done.stderr


@pytest.mark.usefixtures("bare")
def test_a_dry_run_of_a_blank_host_works_and_changes_nothing() -> None:
    done = pyinfra("--dry", INVENTORY, "deploy.py", TEST_HOST=BARE)
    assert done.returncode == 0, done.stderr
    assert lab("ssh", BARE, "ls", "/opt").stdout == ""


@pytest.mark.usefixtures("bare")
def test_a_user_without_sudo() -> None:
    rule = "/etc/sudoers.d"
    lab("ssh", BARE, f"sudo cp -a {rule} /root/sudoers.d")
    try:
        lab("ssh", BARE, f"sudo find {rule} -type f -delete")
        refused(deploy(), f"{BARE}: the user debian cannot use sudo")
    finally:
        lab("down", BARE)  # nobody can become root there to undo it
