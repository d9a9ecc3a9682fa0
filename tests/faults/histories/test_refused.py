"""A host that cannot be taken as it is: one line says so, and nothing on it has changed."""

import shlex
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Target, lab
from tests.faults.histories.conftest import prepared

pytestmark = pytest.mark.destructive
HOST = "refusing"
# Programs and packages of these names are all that is looked at: they need not work.
CASES = {
    "podman": (
        "cat >/tmp/c && mkdir -p /tmp/p/DEBIAN && mv /tmp/c /tmp/p/DEBIAN/control"
        " && dpkg-deb --build /tmp/p /tmp/p.deb && dpkg -i /tmp/p.deb",
        "dpkg --purge podman-docker",
        "the command docker is Podman's: remove the package podman-docker",
    ),
    "snap": (
        "mkdir -p /snap/bin && touch /snap/bin/docker",
        "rm -r /snap",
        "Docker is a snap here: remove it, with snap remove docker",
    ),
    "static": (
        "printf '#!/bin/sh\\n' >/usr/local/bin/dockerd; chmod +x /usr/local/bin/dockerd",
        "rm /usr/local/bin/dockerd",
        "/usr/local/bin/dockerd is of no Debian package",
    ),
    "not JSON": (
        "mkdir /etc/docker && echo '{' >/etc/docker/daemon.json",
        "rm -r /etc/docker",
        "/etc/docker/daemon.json is not JSON",
    ),
    "no firewall": (
        "mkdir /etc/docker && echo '{\"iptables\": false}' >/etc/docker/daemon.json",
        "rm -r /etc/docker",
        '/etc/docker/daemon.json has "iptables": false',
    ),
    "account": (
        "useradd --uid 10002 bob",
        "userdel bob",
        "the user bob has the number 10002",
    ),
    "masked": (
        "systemctl mask docker.service",
        "systemctl unmask docker.service",
        "docker.service is masked: run systemctl unmask docker.service",
    ),
}
CONTROL = (
    "Package: podman-docker\nVersion: 5.4\nArchitecture: all\n"
    "Maintainer: nobody <nobody@example.org>\nDescription: a stand-in\n"
)


@pytest.fixture(scope="module")
def refusing() -> Iterator[Target]:
    """A blank host, which each case changes and leaves blank."""
    yield prepared(HOST)
    lab("down", HOST)


@pytest.mark.parametrize("case", CASES)
def test_what_will_not_do_is_refused_in_a_line(refusing: Target, case: str) -> None:
    make, undo, reason = CASES[case]
    refusing.run(f"printf {shlex.quote(CONTROL)} | ({make})")
    before = refusing.run("find /opt /etc/slipway /etc/docker /usr/local | sort", check=False)
    try:
        done = refusing.deploy()
    finally:
        refusing.run(undo)
    shown = done.stdout + done.stderr
    assert done.returncode != 0, shown
    assert "Traceback" not in shown
    assert any(f"{HOST}: {reason}" in line for line in shown.splitlines()), shown
    assert "Starting operation" not in shown
    after = refusing.run("find /opt /etc/slipway /usr/local | sort", check=False)
    assert "/opt/" not in before + after
