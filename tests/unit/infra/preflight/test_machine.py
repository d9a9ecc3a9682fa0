"""A host that cannot be deployed to is refused before anything on it changes."""

from typing import Any

import pytest

from infra.onhost import layout
from infra.preflight.machine import refusals, warnings
from infra.settings import load

SETTINGS = load({"domain": "app.example.org", "email": "you@example.org"}, "one")
NOW = 1_800_000_000.0


def report(**changes: Any) -> dict[str, Any]:
    """What a fresh Debian 13 says, but for the changes."""
    return {
        "distribution": "debian",
        "version": "13",
        "architecture": "x86_64",
        "user": "debian",
        "sudo": "yes",
        "disk": 20000,
        "memory": 1900,
        "clock": NOW + 0.4,
        "deployed": False,
        "resolved": ["192.0.2.1"],
        "addresses": ["10.0.0.1", "192.0.2.1"],
        "ports": {},
        "owners": {},
        "udp": "",
        "ufw": "",
        "noexec": "",
        "systemd": "yes",
        "accounts": [],
        "groups": [],
        "standalone": [],
        "full": [],
        "readonly": [],
        **changes,
    }


def refused(**changes: Any) -> list[str]:
    return refusals(report(**changes), SETTINGS, NOW)


def warned(**changes: Any) -> list[str]:
    return warnings(report(**changes), SETTINGS)


def test_a_fresh_debian_13_is_let_through_in_silence() -> None:
    assert refused() == []
    assert warned() == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"sudo": "no"},
            "the user debian cannot use sudo without a password:"
            " grant NOPASSWD in /etc/sudoers.d, or install sudo",
        ),
        (
            {"deployed": True, "full": [("/var/lib/slipway", "3")]},
            "has 3 MB free on the disk of /var/lib/slipway, and every deploy needs 100:"
            " free disk space",
        ),
        (
            {"readonly": ["/opt/slipway"]},
            "/opt/slipway is read-only:"
            " mount -o remount,rw $(findmnt -no TARGET -T /opt/slipway) on the host;"
            " dmesg there says why",
        ),
        ({"version": "12"}, "runs debian 12: Slipway needs Debian 13"),
        ({"distribution": "fedora", "version": "43"}, "runs fedora 43: Slipway needs Debian 13"),
        (
            {"architecture": "armv7l"},
            "has the architecture armv7l: Slipway needs x86_64 or aarch64",
        ),
        (
            {"disk": 4095},
            "has 4095 MB free on the disk of /var/lib, needs 4g: make room,"
            " or lower preflight.free_disk",
        ),
        (
            {"memory": 899},
            "has 899 MB of memory, needs 900m: take a larger host,"
            " or lower preflight.memory and the memory of web, worker and redis",
        ),
        (
            {"clock": NOW - 121},
            "its clock differs from this machine's by 121 s:"
            " set it, for example with timedatectl set-ntp true",
        ),
        (
            {"ports": {"80": "0"}, "owners": {"80": "apache2"}},
            "port 80 is taken by apache2:"
            " stop and disable it, or set nginx.http_port and nginx.https_port",
        ),
        (
            {"ports": {"443": ""}, "owners": {}},
            "port 443 is taken by another process:"
            " stop and disable it, or set nginx.http_port and nginx.https_port",
        ),
        (
            {"udp": "0"},
            "UDP port 443 is taken by another process: stop it, or set tls.http3 to False",
        ),
        ({"systemd": "no"}, "does not run systemd: Slipway needs it"),
        (
            {"noexec": "yes"},
            "forbids to run programs in /opt (noexec): remount it, and correct /etc/fstab",
        ),
        (
            {"accounts": [("bob", "10002")]},
            "the user bob has the number 10002, which Slipway's containers use:"
            " give it another, for example with usermod --uid NUMBER bob",
        ),
        (
            {"groups": [("staff2", "10012")]},
            "the group staff2 has the number 10012, which Slipway's containers use:"
            " give it another, for example with groupmod --gid NUMBER staff2",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(changes: dict[str, Any], line: str) -> None:
    assert refused(**changes) == [line]


def test_everything_wrong_is_told_at_once() -> None:
    assert len(refused(sudo="no", version="11", disk=1, memory=1, clock=0.0)) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": "aarch64"},
        {"disk": 4096, "memory": 900},
        {"disk": 1, "deployed": True},  # what is there already needs no room
        {"clock": NOW + 120},
        {"ports": {"80": str(layout.NGINX_UID)}, "owners": {"80": "nginx"}},  # its own
        {"distribution": "ubuntu", "version": "24.04"},
        {"udp": str(layout.NGINX_UID)},
        {"deployed": True, "accounts": [("bob", "10002")]},  # what serves is not refused
    ],
)
def test_what_will_do_is_not_refused(changes: dict[str, Any]) -> None:
    assert refused(**changes) == []


def test_the_limits_are_those_of_the_settings() -> None:
    data = {"free_disk": "1g", "memory": "500m", "clock_difference": 300}
    settings = load(SETTINGS.model_dump(exclude_unset=True) | {"preflight": data}, "one")
    assert refusals(report(disk=1024, memory=500, clock=NOW - 299), settings, NOW) == []
    assert len(refusals(report(disk=1023, memory=499, clock=NOW - 301), settings, NOW)) == 3


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"distribution": "ubuntu", "version": "24.04"},
            "runs ubuntu 24.04: Slipway is not tested there",
        ),
        (
            {"resolved": []},
            "app.example.org does not resolve: no public CA can issue a certificate",
        ),
        (
            {"resolved": ["192.0.2.7"]},
            "app.example.org resolves to 192.0.2.7, the host has 10.0.0.1, 192.0.2.1:"
            " this is correct only behind NAT or a load balancer",
        ),
    ],
)
def test_what_may_be_right_is_a_warning(changes: dict[str, Any], line: str) -> None:
    assert warned(**changes) == [line]
    assert refused(**changes) == []
