"""A restart: a switch in a unit of its own that is followed, or new workers beside the old ones."""

import argparse
import os
from collections.abc import Iterator

import pytest

from infra.onhost.command import Failure
from infra.onhost.locks import lock
from infra.onhost.releases import workers
from infra.onhost.verbs import restart
from tests.support.onhost import Host, new_host
from tests.support.onhost.containers import inspected, put
from tests.support.onhost.stage import step

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host where a is current, with one worker."""
    monkeypatch.setattr(restart, "FLUSH_SECONDS", 0.05)
    with new_host() as host:
        host.release("a")
        host.layout.current.symlink_to("a")
        put(host, inspected("worker-of-a"))
        host.program("systemctl", "exit 1")  # no switch is at work
        host.program("systemd-run")
        host.program("journalctl", "case $* in *--follow*) echo told >&2; exec sleep 60;; esac")
        yield host


def run(host: Host, process: str = "") -> int:
    return restart.restart(host, argparse.Namespace(process=process, by="me@laptop"))


def test_the_release_is_switched_to_by_a_unit_of_its_own(host: Host) -> None:
    host.program("systemd-run", "sleep 0.3; exit 3")
    assert run(host) == 3
    [call] = [call for call in host.called() if call.startswith("systemd-run")]
    unit = "systemd-run --quiet --collect --wait --unit slipway-switch.service"
    assert call == f"{unit} /usr/local/sbin/slipway switch  --kind restart --by me@laptop"
    assert [call for call in host.called() if "--follow" in call]


def test_another_change_is_not_disturbed(host: Host) -> None:
    with (
        lock(host.layout.deploy_lock, "deploy by you@laptop"),
        pytest.raises(Failure, match="under way: deploy by you@laptop"),
    ):
        run(host)
    host.program("systemctl", "exit 0")
    with pytest.raises(Failure, match="another change of this host is under way"):
        run(host)
    assert not [call for call in host.called() if call.startswith("systemd-run")]


def test_workers_are_told_and_replaced_at_once(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "complete", lambda *_: host.note("complete"))
    monkeypatch.setattr(workers, "wait_until_healthy", lambda *_: host.note("healthy"))
    assert run(host, "worker") == 0
    done = [step(call) for call in host.called() if not call.startswith(("docker ps", "docker i"))]
    assert done == ["docker kill worker-of-a", "complete", "healthy"]
    assert "new containers of worker of release a take jobs after " in capsys.readouterr().err


def test_what_runs_no_jobs_is_not_restarted_alone(host: Host) -> None:
    with pytest.raises(Failure, match="mails cannot be restarted alone: choose of web, worker"):
        run(host, "mails")


def test_without_a_release_there_are_no_workers(host: Host) -> None:
    host.layout.current.unlink()
    with pytest.raises(Failure, match="no release is live"):
        run(host, "worker")
