"""The look at a host before anything on it changes."""

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from infra.facts.preflight import HostReport
from infra.preflight.machine import refusals, warnings
from infra.settings import load
from tests.support.facts import read
from tests.support.onhost.mounts import mounted

SETTINGS = load({"domain": "app.example.org", "email": "you@example.org"}, "one")
FACT = HostReport()


def test_the_report_is_read_from_lines_of_key_and_value() -> None:
    output = """
        distribution debian
        version 13
        architecture x86_64
        user debian
        sudo yes
        disk    18423
        memory 1968
        clock 1800000000.250000000
        deployed no
        resolved 192.0.2.1
        resolved 2001:db8::1
        address 192.0.2.1/24
        address 2001:db8::1/64
        tcp 80 10002 nginx
        tcp 80 0 apache2
        tcp 443 ?
        udp 443 0 caddy
        systemd yes
        account bob 10002
        group staff2 10012
        standalone mail.example.org
        full /var/lib/slipway 3
        readonly /opt/slipway
        noexec
    """
    found = read(FACT, *output.strip().splitlines())
    assert found == {
        "distribution": "debian",
        "version": "13",
        "architecture": "x86_64",
        "user": "debian",
        "sudo": "yes",
        "disk": 18423,
        "memory": 1968,
        "clock": 1_800_000_000.25,
        "deployed": False,
        "resolved": ["192.0.2.1", "2001:db8::1"],
        "addresses": ["192.0.2.1", "2001:db8::1"],
        "ports": {"80": "0", "443": "?"},
        "owners": {"80": "apache2", "443": ""},
        "udp": "0",
        "ufw": "",
        "noexec": "yes",
        "systemd": "yes",
        "accounts": [("bob", "10002")],
        "groups": [("staff2", "10012")],
        "standalone": ["mail.example.org"],
        "full": [("/var/lib/slipway", "3")],
        "readonly": ["/opt/slipway"],
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Directories of programs with a sudo that lets this user do what it may already."""
    (tmp_path / "sudo").write_text('#!/bin/sh\nshift; exec "$@"\n')
    (tmp_path / "sudo").chmod(0o755)
    return tmp_path


def ask(path: Path, domain: str, *ports: int) -> dict[str, Any]:
    """The report of this machine."""
    done = subprocess.run(
        ["sh", "-c", FACT.command(domain, ports)],
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return FACT.process(done.stdout.splitlines())


def test_the_script_reports_everything_that_is_judged(path: Path) -> None:
    found = ask(path, "localhost", 80, 443)
    assert found.keys() == {
        *("distribution", "version", "architecture", "user", "sudo", "disk", "memory"),
        *("clock", "deployed", "resolved", "addresses", "ports", "owners", "udp", "ufw"),
        *("noexec", "systemd", "accounts", "groups", "standalone", "full", "readonly"),
    }
    assert abs(found["clock"] - time.time()) < 30
    assert found["disk"] > 0
    assert found["memory"] > 0
    assert found["resolved"]
    refusals(found, SETTINGS, time.time())
    warnings(found, SETTINGS)


@pytest.mark.parametrize("domain", ["nowhere.invalid", "; echo version 99"])
def test_a_name_that_does_not_resolve_is_no_error(path: Path, domain: str) -> None:
    found = ask(path, domain, 80)
    assert found["resolved"] == []
    assert found["version"] != "99"


@pytest.mark.parametrize(("script", "answer"), [("shift; exec true", "yes"), ("exit 1", "no")])
def test_whether_sudo_asks_for_a_password_is_found_out(
    path: Path, script: str, answer: str
) -> None:
    (path / "sudo").write_text(f"#!/bin/sh\n{script}\n")
    assert ask(path, "localhost", 80)["sudo"] == answer


def test_the_script_names_who_listens_on_a_port(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as other:
        other.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port, free = taken.getsockname()[1], other.getsockname()[1]
        found = ask(path, "localhost", port, free)
    assert found["ports"] == {str(port): str(os.geteuid())}
    assert found["owners"][str(port)].startswith(("python", "pytest"))


def test_the_disk_is_the_one_that_a_folder_will_be_on(path: Path) -> None:
    script = FACT.command("localhost", (80, 443), "/proc/nowhere/yet")
    assert "\ndisk 0\n" in "\n" + subprocess.run(
        ["sh", "-c", script],
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("disk     ", "disk ").replace("  ", " ")


def test_a_disk_that_is_nearly_full_or_read_only_is_reported(path: Path, tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("mounts a file system: needs root")
    data = tmp_path / "data"

    def lines() -> str:
        script = FACT.command("localhost", (80, 443), str(data))
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
        words = ["sh", "-c", script]
        return subprocess.run(
            words, env=environment, capture_output=True, text=True, check=True
        ).stdout

    with mounted(data, "size=120m"):
        assert str(data) not in lines()
        (data / "ballast").write_bytes(bytes(30 * 1024**2))
        assert f"\nfull {data} 90\n" in lines()
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        assert f"\nreadonly {data}\n" in lines()
