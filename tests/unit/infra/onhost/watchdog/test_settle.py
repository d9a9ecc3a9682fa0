"""The watchdog after a switch was killed, or a hand moved the link: one release serves, alone."""

import json
import os
from pathlib import Path

import pytest

from infra.onhost import manifest
from infra.onhost.releases import release, traffic
from infra.onhost.watchdog.watch import watch
from tests.support.onhost import Host
from tests.support.onhost.watched import (
    BASE,
    A,
    B,
    Box,
    docker,
    done,
    of_release,
    systemd,
    well,
    with_,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
LOADING = [
    "docker exec slipway-base-nginx-1 nginx nginx.conf",
    "docker exec slipway-base-nginx-1 nginx nginx.conf reload",
]
ENDING_B = ["systemctl disable slipway@b.service", "systemd-run slipway retire b"]


@pytest.mark.parametrize("trace", ["runs", "starts with the host"])
def test_a_release_beside_the_current_one_ends(
    host: Host, trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if trace == "runs":
        systemd(host, BASE, A, B)
    else:
        (host.layout.wanted_units / B).touch()
    watch(host)
    assert done(host) == ENDING_B
    assert "release b runs beside the current one" in capsys.readouterr().err
    assert not (host.layout.wanted_units / B).exists()


@pytest.mark.parametrize("web", [{"state": "exited", "health": ""}, {"health": "unhealthy"}])
def test_no_release_ends_before_the_current_one_serves(host: Host, web: dict[str, object]) -> None:
    systemd(host, BASE, A, B)
    docker(host, with_(host, web=web))
    watch(host)
    assert not set(ENDING_B) & set(done(host))


def test_the_current_routes_are_loaded_before_another_release_ends(host: Host) -> None:
    systemd(host, BASE, A, B)
    release.routes(host, "a").write_text("# another protocol\n")
    watch(host)
    assert done(host) == LOADING
    assert traffic.loaded(host, "a")
    watch(host)
    assert done(host) == [*LOADING, *ENDING_B]


def test_routes_that_nginx_has_not_loaded_are_loaded_once(host: Host) -> None:
    release.routes(host, "a").write_text("# another protocol\n")
    watch(host)
    watch(host)
    assert done(host) == LOADING


def deployed(host: Host) -> None:
    """The host has word of what the deploy put: nginx' configuration, and a's routes."""
    host.layout.nginx_configuration.write_text("http {}\n")
    of_host = {str(host.layout.nginx_configuration): ""}
    of_release = {str(release.routes(host, "a")): ""}
    for states in (of_host, of_release):
        states |= {path: manifest.state(Path(path)) for path in states}
    rest: dict[str, object] = {"links": {}, "enabled": [], "packages": {}}
    host.layout.manifest.write_text(json.dumps({"files": of_host, **rest}))
    (release.folder(host, "a") / manifest.NAME).write_text(json.dumps(of_release))


def edit(host: Host, which: str) -> Path:
    """Edits a file of nginx' by hand, after which nginx has not loaded what is there."""
    deployed(host)
    host.layout.loaded_routes.unlink()
    path = {"routes": release.routes(host, "a"), "nginx": host.layout.nginx_configuration}[which]
    path.write_text("# private paths are open\n")
    return path


def test_routes_that_are_as_deployed_are_loaded(host: Host) -> None:
    deployed(host)
    host.layout.loaded_routes.unlink()
    watch(host)
    assert done(host) == LOADING


@pytest.mark.parametrize("which", ["routes", "nginx"])
def test_a_file_that_was_edited_by_hand_is_never_loaded_and_told_once(
    host: Host, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edit(host, which)
    for seconds in (0, 30, 60):
        monkeypatch.setattr("time.monotonic", lambda later=seconds: 1000.0 + later)
        watch(host)
    assert done(host) == ["systemctl start slipway-alert@watchdog-routes.service"]
    text = (host.layout.pending_alerts / "watchdog-routes").read_text()
    assert text.startswith(f"{path} is not as it was deployed, and is not loaded on ")
    assert "pyinfra inventory.py deploy.py; it puts the file back" in text


def test_an_nginx_that_does_not_run_loads_nothing(host: Host) -> None:
    host.layout.loaded_routes.unlink()
    docker(host, with_(host, nginx={"state": "exited", "health": ""}))
    watch(host)
    assert done(host) == [f"docker start {well(host)['nginx'].id}"]


def test_a_current_release_that_would_not_start_with_the_host_is_enabled_once(host: Host) -> None:
    (host.layout.wanted_units / A).unlink()
    watch(host)
    watch(host)
    assert done(host) == ["systemctl enable slipway@a.service"]


def test_a_current_release_that_is_down_on_purpose_is_not_enabled(host: Host) -> None:
    (host.layout.wanted_units / A).unlink()
    systemd(host, BASE)
    watch(host)
    assert done(host) == []


def test_before_the_first_release_nothing_is_settled(host: Host) -> None:
    host.layout.current.unlink()
    host.layout.history.unlink()
    systemd(host, BASE, A, B)
    watch(host)
    assert done(host) == []


@pytest.mark.parametrize("how", ["another", "nowhere", "gone"])
def test_a_link_that_leads_to_no_release_that_runs_is_led_back(
    host: Host, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The good release is not stopped because a hand has moved the link to an older one."""
    host.layout.current.unlink()
    if how != "gone":
        host.layout.current.symlink_to("b" if how == "another" else "none")
    watch(host)
    assert release.current(host) == "a"
    assert "leading it to release a" in capsys.readouterr().err
    assert not [step for step in done(host) if "retire" in step or " down " in step]
    assert "rollback.py" in (host.layout.pending_alerts / "watchdog-current").read_text()


def test_a_release_that_was_never_live_does_not_become_it(host: Host) -> None:
    """A candidate of a killed switch."""
    host.release("c")
    host.layout.current.unlink()
    systemd(host, BASE, "slipway@c.service")
    docker(host, with_(host, of_release(host, "c")))
    watch(host)
    assert release.current(host) == ""


def test_a_release_that_nobody_wants_is_taken_down(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (of_release(host, "b"), of_release(host, "c"))
    docker(host, with_(host, *more, Box("web", "someone-s", "/home/me")))
    watch(host)
    assert done(host) == ["docker compose slipway-b down 30", "docker compose slipway-c down 30"]
    downs = [call for call in host.called() if " down " in call]
    assert all("--remove-orphans" in call for call in downs)  # its release command too
    assert "release c runs but should not" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["retiring", "stopping"])
def test_a_release_that_is_ending_is_no_stray(host: Host, how: str) -> None:
    systemd(host, BASE, A, **{how: ["b"]})
    docker(host, with_(host, of_release(host, "b")))
    watch(host)
    assert done(host) == []


def test_an_operator_s_command_in_a_container_of_its_own_goes_on(host: Host) -> None:
    """Also when its release has ended meanwhile."""
    mine = Box("one-off", "run-slipway-12ab", str(release.folder(host, "c")))
    docker(host, with_(host, mine))
    watch(host)
    assert done(host) == []


def test_what_a_killed_deploy_has_left_beside_nginx_ends(host: Host) -> None:
    tests = Box("acceptance", "slipway-acceptance", str(release.folder(host, "c")))
    standby = Box("bridge", "slipway-bridge", str(host.layout.base))
    docker(host, with_(host, tests, standby))
    watch(host)
    assert done(host) == [
        "docker compose slipway-acceptance down 1",
        "docker compose bridge.yaml down",
    ]
    docker(host, with_(host, standby, nginx={"health": "starting"}))
    watch(host)
    assert len(done(host)) == 2  # it may be all that serves
