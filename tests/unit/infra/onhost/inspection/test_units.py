"""Units, by what systemd says that it has loaded."""

import json
from collections.abc import Iterator

import pytest

from infra.onhost import manifest
from infra.onhost.inspection import units
from tests.support.onhost import Host, new_host

GOOD = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "UnitFileState": "enabled",
    "NeedDaemonReload": "no",
    "DropInPaths": "",
    "FragmentPath": "",
}
NAMES = ("slipway@.service", "slipway-a.timer")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with a release's template and a timer, on which the release r1 is live."""
    with new_host() as host:
        files = {str(host.layout.units / name): "" for name in NAMES}
        found = manifest.Manifest(files, {}, ["slipway-a.timer", "docker.service"], {})
        host.layout.manifest.parent.mkdir(parents=True, exist_ok=True)
        host.layout.manifest.write_text(json.dumps(found.__dict__))
        host.layout.current.symlink_to("r1")
        yield host


def said(host: Host, **changes: dict[str, str]) -> list[str]:
    """The differences when systemd says this of the release, the timer and docker."""
    blocks = []
    for key, name in (("release", NAMES[0]), ("timer", NAMES[1]), ("docker", "docker.service")):
        state = GOOD | {"FragmentPath": str(host.layout.units / name)} | changes.get(key, {})
        blocks.append("".join(f"{word}={value}\n" for word, value in state.items()))
    (host.root / "shown").write_text("\n".join(blocks))
    host.program("systemctl", f"cat {host.root}/shown")
    return [str(one) for one in units.differences(host)]


def test_units_that_are_loaded_and_run_are_right(host: Host) -> None:
    assert said(host) == []
    assert host.called()[-1].endswith("-- slipway@r1.service slipway-a.timer docker.service")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"ActiveState": "inactive"}, "slipway-a.timer does not run: it is inactive"),
        ({"UnitFileState": "disabled"},
         "slipway-a.timer does not start with the host: it is disabled"),
        ({"LoadState": "masked"}, "slipway-a.timer is masked"),
        ({"LoadState": "not-found"}, "slipway-a.timer is not known to systemd"),
        ({"NeedDaemonReload": "yes"}, "slipway-a.timer has changed, and systemd has not read it"),
        ({"DropInPaths": "/etc/systemd/system/slipway-a.timer.d/x.conf"},
         "slipway-a.timer is changed by /etc/systemd/system/slipway-a.timer.d/x.conf"),
        ({"DropInPaths": "/run/systemd/system.control/slipway-.timer.d/x.conf"},
         "slipway-a.timer is changed by /run/systemd/system.control/slipway-.timer.d/x.conf"),
        ({"FragmentPath": "/etc/systemd/system.control/slipway-a.timer"},
         "slipway-a.timer is changed by /etc/systemd/system.control/slipway-a.timer"),
    ],
)  # fmt: skip
def test_what_systemd_has_otherwise_is_named(host: Host, state: dict[str, str], told: str) -> None:
    assert told in said(host, timer=state)


def test_what_distributions_and_operators_add_is_theirs(host: Host) -> None:
    everybody = {"DropInPaths": "/usr/lib/systemd/system/timer.d/10-x.conf"}
    proxy = {"DropInPaths": "/etc/systemd/system/docker.service.d/proxy.conf",
             "FragmentPath": "/usr/lib/systemd/system/docker.service",
             "NeedDaemonReload": "yes"}  # fmt: skip
    assert said(host, timer=everybody, docker=proxy) == []


def test_docker_and_the_release_must_run_too(host: Host) -> None:
    assert said(host, docker={"UnitFileState": "disabled"}, release={"ActiveState": "failed"}) == [
        "slipway@r1.service does not run: it is failed",
        "docker.service does not start with the host: it is disabled",
    ]
