"""The watchdog: what has stopped or is gone runs again, but for what is down on purpose."""

import os
import time

import pytest

from infra.onhost import layout
from infra.onhost.locks import lock, locked
from infra.onhost.watchdog import watch as module
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
EXITED = {"state": "exited", "health": ""}
GONE = ("nginx", "redis", "web", "worker")


def ident(service: str, project: str) -> str:
    return Box(service, project, "").id


def ruin(host: Host) -> None:
    """Several things at once that the watchdog mends."""
    (host.layout.wanted_units / A).unlink()
    host.layout.loaded_routes.unlink()
    systemd(host, BASE, A, B)
    docker(host, with_(host, of_release(host, "c"), nginx={"health": "healthy"}, redis=EXITED))


def test_a_host_that_is_well_is_left_alone_and_not_locked(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "lock", None)  # a tick that takes it refuses a deploy
    watch(host)
    assert host.called()
    assert done(host) == []


def test_nothing_is_even_looked_at_while_a_switch_holds_the_lock(host: Host) -> None:
    ruin(host)
    with lock(host.layout.lock, "a switch"):
        watch(host)
    assert host.called() == []
    watch(host)
    assert len(done(host)) == 5


def test_a_switch_that_begins_meanwhile_is_left_alone(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The releases that it starts have no unit yet: they are no strays."""
    ruin(host)
    looks = iter([True, True])
    monkeypatch.setattr(module, "locked", lambda path: not next(looks, False) and locked(path))
    with lock(host.layout.lock, "a switch"):
        watch(host)
    assert done(host) == []
    assert "another change of this host is under way: a switch" in capsys.readouterr().err


@pytest.mark.parametrize("service", ["nginx", "redis", "web", "worker"])
def test_a_container_that_is_gone_is_made_again(
    host: Host, service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = well(host)
    del found[service]
    docker(host, found.values())
    watch(host)
    place = "base" if service in {"nginx", "redis"} else "a"
    assert done(host) == [f"docker compose {place} up {service}"]
    assert f"{service} is missing: making it again" in capsys.readouterr().err


def test_all_containers_at_once_are_made_again(host: Host) -> None:
    docker(host, [])
    watch(host)
    places = {"nginx": "base", "redis": "base", "web": "a", "worker": "a"}
    assert done(host) == [f"docker compose {place} up {name}" for name, place in places.items()]


def test_as_many_workers_as_the_release_wants_are_there(host: Host) -> None:
    docker(host, well(host).values(), workers=3)
    watch(host)
    [call] = [call for call in host.called() if " up " in call]
    assert "--scale worker=3 worker" in call


def test_without_its_image_nothing_is_tried_and_a_person_is_told_once(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(host, [], tags={})
    watch(host)
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 30)
    watch(host)
    watch(host)
    told = [step for step in done(host) if step.startswith("systemctl start slipway-alert")]
    assert len(told) == len(done(host)) == 4
    text = (host.layout.pending_alerts / "watchdog-slipway-base-nginx").read_text()
    assert text.startswith("nginx is missing, and so is its image slipway/nginx:1 on ")
    assert "pyinfra inventory.py deploy.py" in text


@pytest.mark.parametrize(
    ("state", "remedy"),
    [("exited", "start"), ("created", "start"), ("dead", "start"), ("paused", "unpause")],
)
def test_what_stopped_is_started_and_what_was_paused_goes_on(
    host: Host, state: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(host, with_(host, web={"state": state, "health": ""}))
    watch(host)
    assert done(host) == [f"docker {remedy} {ident('web', 'slipway-a')}"]
    assert f"slipway-a-web-1 is {state}: " in capsys.readouterr().err


@pytest.mark.parametrize("state", ["restarting", "removing"])
def test_what_docker_is_at_is_left_to_it(host: Host, state: str) -> None:
    docker(host, with_(host, web={"state": state, "health": ""}))
    watch(host)
    assert done(host) == []


@pytest.mark.parametrize(
    ("up", "mended"),
    [
        ((BASE,), [f"docker start {ident('nginx', layout.BASE_PROJECT)}"]),
        ((A,), [f"docker start {ident('web', 'slipway-a')}"]),
        ((), []),
    ],
)
def test_what_is_down_on_purpose_stays_down(
    host: Host, up: tuple[str, ...], mended: list[str]
) -> None:
    systemd(host, *up)
    docker(host, with_(host, nginx=EXITED, web=EXITED))
    watch(host)
    assert done(host) == mended


@pytest.mark.parametrize("unit", [BASE, A])
def test_a_unit_that_failed_is_started(host: Host, unit: str) -> None:
    systemd(host, *({BASE, A} - {unit}), failed=[unit])
    watch(host)
    assert done(host) == [f"systemctl start {unit}"]


def test_a_unit_that_did_not_come_with_the_host_is_started_after_a_while(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd(host, BASE, never=[A])
    watch(host)
    assert done(host) == []
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 121)
    watch(host)
    assert done(host) == [f"systemctl start {A}"]


def told_to_stop(host: Host, box: Box) -> None:
    host.layout.draining_workers.write_text(f"{box.id[:12]}:{box.pid}\n")


def test_another_worker_takes_the_place_of_one_that_was_told_to_stop(host: Host) -> None:
    docker(host, well(host).values(), workers=2)
    told_to_stop(host, well(host)["worker"])
    host.layout.draining_workers.write_text(f"{ident('worker', 'slipway-a')[:12]}:1\n")
    docker(host, with_(host, worker={"pid": 1}), workers=2)
    watch(host)
    [call] = [call for call in host.called() if " up " in call]
    assert "--scale worker=3 worker" in call


def test_a_worker_that_ended_as_told_is_not_started_again(host: Host) -> None:
    box = well(host)["worker"]
    host.layout.draining_workers.write_text(f"{box.id[:12]}:77\n")
    docker(host, with_(host, worker=EXITED))
    watch(host)
    assert f"docker start {box.id}" not in done(host)
    assert [step for step in done(host) if step.startswith("docker compose a up worker")]


def test_what_is_not_slipway_s_is_left_alone(host: Host) -> None:
    """Somebody's project whose name begins like ours, as the development stack's does."""
    there = "/home/me/slipway/compose"
    theirs = Box("web", "slipway-development", there, state="exited", health="")
    other = Box("web", "slipway-acceptance", there), Box("nginx", "slipway-bridge", there)
    docker(host, with_(host, theirs, *other))
    watch(host)
    assert done(host) == []


def test_docker_that_does_not_answer_is_restarted_after_a_minute_and_told(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.program("docker", "echo 'Cannot connect' >&2; exit 1")
    watch(host)
    assert done(host) == []
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 61)
    with lock(host.layout.deploy_lock, "a deploy"):  # it may restart Docker itself
        watch(host)
    assert done(host) == []
    watch(host)
    assert "systemctl restart docker.socket docker.service" in done(host)
    assert (host.layout.pending_alerts / "watchdog-docker").exists()
