"""The watchdog after a switch or a deploy was killed: what it left half done is settled."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.releases import release, traffic
from infra.onhost.watchdog import watch
from tests.support.onhost import Host
from tests.support.onhost.watched import (
    BASE,
    EXITED,
    PROJECTS,
    A,
    B,
    docker,
    done,
    systemd,
    watched_host,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
LOADING = [
    "docker exec slipway-base-nginx-1 nginx nginx.conf",
    "docker exec slipway-base-nginx-1 nginx nginx.conf reload",
]
ENDING_B = ["systemctl disable slipway@b.service", "systemd-run slipway retire b"]


@pytest.fixture
def host() -> Iterator[Host]:
    with watched_host() as host:
        yield host


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


def test_the_current_routes_are_loaded_before_another_release_ends(host: Host) -> None:
    systemd(host, BASE, A, B)
    release.routes(host, "a").write_text("# another protocol\n")
    watch(host)
    assert done(host) == [*LOADING, *ENDING_B]
    assert traffic.loaded(host, "a")


def test_routes_that_nginx_has_not_loaded_are_loaded_once(host: Host) -> None:
    release.routes(host, "a").write_text("# another protocol\n")
    watch(host)
    watch(host)
    assert done(host) == LOADING


def test_an_nginx_that_does_not_run_loads_nothing(host: Host) -> None:
    host.layout.loaded_routes.unlink()
    docker(host, nginx=EXITED)
    watch(host)
    assert done(host) == ["docker start nginx"]


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
    systemd(host, BASE, A, B)
    watch(host)
    assert done(host) == []


def test_a_release_that_nobody_wants_is_taken_down(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(host, projects=[*PROJECTS, "slipway-b", "slipway-c", "someone-s"])
    watch(host)
    assert done(host) == ["docker compose slipway-b down 30", "docker compose slipway-c down 30"]
    downs = [call for call in host.called() if " down " in call]
    assert all("--remove-orphans" in call for call in downs)  # its release command too
    assert "release c runs but should not" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["retiring", "stopping"])
def test_a_release_that_is_ending_is_no_stray(host: Host, how: str) -> None:
    systemd(host, BASE, A, **{how: ["b"]})
    docker(host, projects=[*PROJECTS, "slipway-b"])
    watch(host)
    assert done(host) == []


def test_what_a_killed_deploy_has_left_beside_nginx_ends(host: Host) -> None:
    docker(host, projects=[*PROJECTS, "slipway-bridge", "slipway-acceptance"])
    watch(host)
    assert done(host) == [
        "docker compose slipway-acceptance down 1",
        "docker compose bridge.yaml down",
    ]
