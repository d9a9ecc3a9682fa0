"""The nginx beside nginx: when there is one, in which order, and that it always ends."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.base import apply, downtime, standby
from infra.onhost.command import Failure
from infra.onhost.services import nginx
from tests.support.onhost import Host, new_host
from tests.support.onhost.stage import step

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
COMPOSE = "docker compose bridge.yaml "
DOWN = COMPOSE + "down"
TRIAL = COMPOSE + "up trial"
STANDBY = COMPOSE + "up bridge"
REPLACED = "systemctl reload-or-restart slipway-base.service"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with new_host() as host:
        monkeypatch.setattr(nginx, "reload", lambda _: None)
        monkeypatch.setattr(standby, "LISTEN_SECONDS", 0)
        monkeypatch.setattr(apply, "SYSCTL", "true")
        host.program("systemctl")
        host.program(
            "ss", "echo 'LISTEN 0 511 0.0.0.0:443 0.0.0.0:* users:((\"nginx\",pid=7,fd=6))'"
        )
        yield host


def docker(host: Host, *, nginx: str = "old", fails: str = "nothing") -> None:
    """The docker of a host whose containers have these hashes: empty when there is none."""
    host.program(
        "docker",
        f"case \"$*\" in *'{fails}'*) echo 'no luck' >&2; exit 1;;"
        " *'config --hash'*) echo nginx new; echo redis same;;"
        f" *service=nginx*hash=new) test '{nginx}' != new || echo n;;"
        f" *service=nginx*) test -z '{nginx}' || echo n;;"
        " *service=redis*) echo r;;"
        " *service=bridge*) echo b;; 'top '*) echo PID; echo 7;; esac",
    )


def done(host: Host) -> list[str]:
    """What was done, without what was only asked."""
    asking = ("docker ps", "docker top", "ss ", "docker compose --project-directory")
    return [step(call) for call in host.called() if not call.startswith(asking)]


def test_what_runs_and_is_not_as_its_file_says_is_made_anew(host: Host) -> None:
    found = {}
    for hashed in ("old", "new", ""):
        docker(host, nginx=hashed)
        found[hashed] = standby.changing(host)
    assert found == {"old": {"nginx"}, "new": set(), "": set()}


def test_nginx_is_tried_and_another_is_there_before_it_is_made_anew(host: Host) -> None:
    docker(host)
    standby.serve_during(host, lambda: host.note(REPLACED))
    assert done(host) == [DOWN, TRIAL, DOWN, STANDBY, REPLACED, DOWN]


def test_a_new_nginx_that_is_no_good_changes_nothing(host: Host) -> None:
    docker(host, fails="--wait trial")
    with pytest.raises(Failure, match="the new nginx does not serve, so the old one stays"):
        standby.serve_during(host, lambda: host.note(REPLACED))
    assert REPLACED not in done(host)
    assert done(host)[-1] == DOWN


def test_nginx_is_made_anew_all_the_same_where_none_can_be_beside_it(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(host, fails="up --detach bridge")
    standby.serve_during(host, lambda: host.note(REPLACED))
    assert done(host)[-2:] == [REPLACED, DOWN]
    assert "nginx will be down for a moment" in capsys.readouterr().err


def test_the_other_one_serves_on_when_nginx_does_not_come_back(host: Host) -> None:
    docker(host)

    def fail() -> None:
        raise Failure("no luck")

    with pytest.raises(Failure, match="no luck"):
        standby.serve_during(host, fail)
    assert done(host)[-1] == STANDBY


def test_a_change_of_configuration_alone_makes_nothing_anew(host: Host) -> None:
    docker(host, nginx="new")
    apply.apply(host, "/healthz")
    assert not [call for call in done(host) if "bridge.yaml" in call]
    assert REPLACED in done(host)
    assert downtime.last(host) == ""


def test_what_it_cost_is_measured_and_kept(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    docker(host)
    host.release("a")
    host.layout.current.symlink_to("a")
    apply.apply(host, "/healthz")
    assert downtime.last(host).startswith("nginx was replaced: ")
    assert downtime.last(host) in capsys.readouterr().err
