"""The watchdog: what has stopped or hangs runs again, but for what is down on purpose."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.command import lock, locked
from infra.onhost.watchdog import STOP_SECONDS, remedy, watch
from tests.support.onhost import Host
from tests.support.onhost.stage import step
from tests.support.onhost.watched import (
    BASE,
    EXITED,
    PROJECTS,
    SICK,
    A,
    B,
    docker,
    done,
    systemd,
    watched_host,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
WORKER = "docker compose a up worker"


@pytest.fixture
def host() -> Iterator[Host]:
    with watched_host() as host:
        yield host


def ruin(host: Host) -> None:
    """All at once that the watchdog mends."""
    (host.layout.wanted_units / A).unlink()
    host.layout.loaded_routes.unlink()
    systemd(host, BASE, A, B)
    others = ("slipway-c", "slipway-acceptance", "slipway-bridge")
    docker(host, nginx=SICK, web=EXITED, projects=[*PROJECTS, *others])


def test_a_host_that_is_well_is_left_alone(host: Host) -> None:
    watch(host)
    assert host.called()
    assert done(host) == []


def test_nothing_is_even_looked_at_while_a_switch_holds_the_lock(host: Host) -> None:
    ruin(host)
    with lock(host.layout.lock, "a switch"):
        watch(host)
    assert host.called() == []
    watch(host)
    assert len(done(host)) > 8


def test_a_switch_that_begins_meanwhile_is_left_alone(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The releases that it starts have no unit yet: they are no strays."""
    ruin(host)
    first = iter([True])
    look = f"{watch.__module__}.locked"
    monkeypatch.setattr(look, lambda path: not next(first, False) and locked(path))
    with lock(host.layout.lock, "a switch"):
        watch(host)
    assert done(host) == []
    assert "another change of this host is under way: a switch" in capsys.readouterr().err


def test_what_hangs_is_restarted_and_what_stopped_is_started(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(host, nginx=SICK, web=EXITED)
    watch(host)
    assert done(host) == [f"docker restart {STOP_SECONDS} nginx", "docker start web"]
    told = capsys.readouterr().err
    assert "the nginx is Up 3 days (unhealthy): docker restart --time 5\n" in told
    assert "the web is Exited (137) 5 seconds ago: docker start\n" in told


@pytest.mark.parametrize(
    ("up", "mended"),
    [((BASE,), ["docker start nginx"]), ((A,), [WORKER, "docker start web"]), ((), [])],
)
def test_what_is_down_on_purpose_stays_down(
    host: Host, up: tuple[str, ...], mended: list[str]
) -> None:
    systemd(host, *up)
    docker(host, nginx=EXITED, web=EXITED, draining="one")
    host.layout.draining_workers.write_text("one:1\n")
    watch(host)
    assert done(host) == mended


def test_another_worker_takes_the_place_of_one_that_was_told_to_stop(host: Host) -> None:
    docker(host, draining="one")
    host.layout.draining_workers.write_text("one:1\n")
    watch(host)
    [call] = [call for call in host.called() if step(call) == WORKER]
    assert "--scale worker=3 worker" in call


@pytest.mark.parametrize(
    ("state", "health", "command"),
    [
        ("running", "", None),
        ("running", "healthy", None),
        ("running", "starting", None),
        ("running", "unhealthy", ["docker", "restart", "--time", STOP_SECONDS]),
        ("exited", "", ["docker", "start"]),
        ("exited", "unhealthy", ["docker", "start"]),
        ("dead", "", ["docker", "start"]),
        ("created", "", ["docker", "start"]),
        ("restarting", "", None),
        ("paused", "", None),
    ],
)
def test_each_state_has_its_remedy(state: str, health: str, command: list[str] | None) -> None:
    assert remedy(state, health) == command
