"""The look at a host before anything on it changes."""

import os
import shutil
import socket
import subprocess
import time
from typing import Any

import pytest

from infra.facts.preflight import HostReport
from infra.inventory import load
from infra.preflight import refusals, warnings

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
        port 80 0 apache2
        port 443
    """
    found = FACT.process(line for line in output.strip().splitlines())
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
        "ports": {"80": "0", "443": ""},
        "owners": {"80": "apache2", "443": ""},
    }


def ask(domain: str, *ports: int) -> dict[str, Any]:
    """The report of this machine."""
    script = FACT.command(domain, ports)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return FACT.process(done.stdout.splitlines())


def test_the_script_reports_everything_that_is_judged() -> None:
    found = ask("localhost", 80, 443)
    assert found.keys() == {
        *("distribution", "version", "architecture", "user", "sudo", "disk", "memory"),
        *("clock", "deployed", "resolved", "addresses", "ports", "owners"),
    }
    assert abs(found["clock"] - time.time()) < 30
    assert found["disk"] > 0
    assert found["memory"] > 0
    assert found["resolved"]
    refusals(found, SETTINGS, time.time())
    warnings(found, SETTINGS)


@pytest.mark.parametrize("domain", ["nowhere.invalid", "; echo version 99"])
def test_a_name_that_does_not_resolve_is_no_error(domain: str) -> None:
    found = ask(domain, 80)
    assert found["resolved"] == []
    assert found["version"] != "99"


@pytest.mark.skipif(not shutil.which("sudo"), reason="needs sudo, as every host does")
def test_the_script_names_who_listens_on_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as other:
        other.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port, free = taken.getsockname()[1], other.getsockname()[1]
        found = ask("localhost", port, free)
    assert found["ports"] == {str(port): str(os.geteuid())}
    assert found["owners"][str(port)].startswith(("python", "pytest"))
