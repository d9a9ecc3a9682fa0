"""systemd starts everything, and renews, and watches."""

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.programs import UNITS
from infra.timers import TIMERS


@pytest.mark.parametrize("name", ["docker", layout.BASE_UNIT, *TIMERS])
def test_what_must_run_runs_and_starts_with_the_host(host: Host, name: str) -> None:
    service = host.service(name)
    assert service.is_running
    assert service.is_enabled


def test_the_release_runs_and_starts_with_the_host(host: Host, release: str) -> None:
    service = host.service(layout.RELEASE_UNIT.format(release=release))
    assert service.is_running
    assert service.is_enabled


def test_no_other_release_starts_with_the_host(host: Host, release: str) -> None:
    wanted = host.file(str(LAYOUT.wanted_units)).listdir()
    pattern = layout.RELEASE_UNIT.format(release="")[: -len(".service")]
    assert [name for name in wanted if name.startswith(pattern)] == [
        layout.RELEASE_UNIT.format(release=release)
    ]


def test_no_unit_of_slipway_or_docker_has_failed(host: Host) -> None:
    shown = host.check_output(
        "systemctl list-units --failed --plain --no-legend 'slipway*' 'docker*' 'containerd*'"
    )
    assert shown == ""


def test_systemd_finds_nothing_to_complain_of_in_the_units(host: Host, release: str) -> None:
    files = [str(LAYOUT.units / name) for name in UNITS if "@" not in name]
    instances = [layout.RELEASE_UNIT.format(release=release), layout.ALERT_UNIT.replace("@", "@x")]
    done = host.run("systemd-analyze verify " + " ".join([*files, *instances]))
    assert (done.rc, done.stdout + done.stderr) == (0, "")


def test_containers_run_on_while_dockerd_restarts(host: Host) -> None:
    assert host.check_output("docker info --format '{{.LiveRestoreEnabled}}'") == "true"


def test_the_kernel_has_the_settings_that_the_stack_needs(host: Host) -> None:
    assert host.sysctl("net.ipv4.ip_unprivileged_port_start") <= 80
    assert host.sysctl("net.core.somaxconn") >= 4096
