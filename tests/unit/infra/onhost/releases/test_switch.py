"""The switch: the order of its steps, what it keeps, and what it tells."""

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest

from infra.onhost import layout, locks
from infra.onhost.command import Failure
from infra.onhost.releases import history, release
from infra.onhost.releases.switch import Order
from tests.support.onhost.stage import COMMAND_STEPS, STEPS, Stage, new_stage

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with new_stage() as stage:
        yield stage


def test_a_release_is_tried_before_traffic_moves_and_the_old_one_stops_last(stage: Stage) -> None:
    stage.switch()
    assert stage.steps() == STEPS
    assert release.current(stage.host) == "b"


def test_the_history_says_who_when_what_and_how_long(stage: Stage) -> None:
    stage.switch()
    [ended] = stage.host.history()
    assert {name: ended[name] for name in ("release", "previous", "kind", "by", "revision")} == {
        "release": "b",
        "previous": "a",
        "kind": "deploy",
        "by": "me@laptop",
        "revision": "0123+",
    }
    assert (ended["result"], ended["reason"]) == (history.LIVE, "")
    stages: Any = ended["stages"]
    assert list(stages) == [
        "command",
        "start",
        "health",
        "static",
        "checks",
        "workers",
        "traffic",
        "acceptance",
        "retire",
    ]
    assert set(cast("dict[str, float]", ended["probe"])) >= {"requests", "failed"}


def test_a_release_keeps_the_secrets_it_started_with(stage: Stage) -> None:
    stage.switch()
    kept = release.folder(stage.host, "b") / "secrets"
    assert (kept / "key").read_text() == "of today"
    assert kept.stat().st_mode & 0o777 == 0o700
    found = (kept / "key").stat()
    assert (found.st_mode & 0o777, found.st_gid) == (0o440, layout.APP_UID)
    (stage.host.layout.secrets / "key").write_text("of tomorrow")
    stage.switch(Order("b", "rollback"))
    assert (kept / "key").read_text() == "of today"


def test_an_old_release_that_does_not_stop_is_named_and_the_new_one_is_live(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.fail("systemctl disable slipway@a.service")
    stage.switch()
    assert stage.steps()[-1:] == STEPS[-1:]
    assert stage.last()["result"] == history.LIVE
    assert "slipway@a.service" in capsys.readouterr().err


def test_old_releases_that_cannot_be_removed_do_not_undo_the_new_one(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.fail('docker ps --all --format {{.Label "com.docker.compose.project"}}')
    stage.switch()
    assert stage.last()["result"] == history.LIVE
    assert (
        "old releases were not deleted, the next switch tries again: docker ps"
        in capsys.readouterr().err
    )


def test_the_operator_is_told_what_is_live_and_what_it_cost(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.switch()
    told = capsys.readouterr().err.splitlines()
    assert told[:3] == [
        "running the release command",
        "starting release b",
        "waiting for /healthz of release b",
    ]
    assert told[3].startswith("release b is live after ")
    assert told[4].startswith("during the switch: ")
    assert len(told) == 5


def test_the_first_release_needs_no_other_and_is_not_probed(stage: Stage) -> None:
    stage.host.layout.current.unlink()
    stage.units()
    stage.switch()
    assert stage.steps() == [step for step in STEPS[:-2] if "worker-of-a" not in step]
    assert release.current(stage.host) == "b"
    assert (stage.last()["previous"], stage.last()["probe"]) == ("", {})
    assert stage.host.layout.current.is_symlink()


def test_going_back_runs_no_command_of_the_older_release(stage: Stage) -> None:
    stage.switch(Order("b", "rollback"))
    assert stage.steps() == STEPS[len(COMMAND_STEPS) :]


def test_a_release_without_a_command_and_static_files_has_no_such_step(stage: Stage) -> None:
    stage.units()
    stage.switch(Order("a"))
    assert [step.split()[0] for step in stage.steps()] == [
        "docker",
        "wait_until_healthy",
        "check_inside",
        "check",
        "systemctl",
        "workers_healthy",
        "reload",
        "check_outside",
        "systemctl",
    ]
    assert release.current(stage.host) == "a"
    assert stage.last()["result"] == history.LIVE


def test_an_old_release_that_cannot_be_read_is_replaced_all_the_same(stage: Stage) -> None:
    (release.folder(stage.host, "a") / release.CONFIG).write_text('{"of": "another version"}')
    stage.switch()
    assert release.current(stage.host) == "b"


def test_every_other_release_that_is_up_is_retired(stage: Stage) -> None:
    stage.units("a", "b")
    (stage.host.layout.wanted_units / "slipway@stray.service").touch()
    stage.switch()
    ended = [step.split()[-1] for step in stage.steps() if step.startswith("systemd-run")]
    assert sorted(ended) == ["a", "stray"]


def test_a_release_that_ends_already_is_not_ended_again(stage: Stage) -> None:
    stage.units("a", "b", "c", retiring=["c"])
    stage.switch()
    ended = [step.split()[-1] for step in stage.steps() if step.startswith("systemd-run")]
    assert ended == ["a"]


def test_going_back_to_a_release_that_ends_keeps_it_and_completes_its_workers(
    stage: Stage,
) -> None:
    stage.host.layout.current.unlink()
    stage.host.layout.current.symlink_to("b")
    stage.units("a", "b", retiring=["a"])
    stage.host.layout.draining_workers.write_text("worker-of-a:1\n")  # it finishes a job
    stage.switch(Order("a", "rollback"))
    assert stage.steps()[:3] == [
        "systemctl stop slipway-retire-a.service",
        "docker compose a stop web",
        "docker compose a up web",
    ]
    more = "docker compose a up worker"
    assert stage.steps().index(more) == stage.steps().index("workers_healthy a") - 1
    assert any("--no-recreate --scale worker=2 worker" in call for call in stage.host.called())
    assert release.current(stage.host) == "a"


def test_each_stage_is_written_before_it_begins(stage: Stage) -> None:
    seen: list[object] = []
    stage.on_step = lambda: seen.append(stage.last()["now"])
    stage.switch()
    assert seen == ["health", "static", "checks", "checks", "workers", "traffic", "acceptance"]
    assert stage.last()["now"] == ""


def test_two_switches_at_once_are_one_and_a_refusal(stage: Stage) -> None:
    with locks.lock(stage.host.layout.lock, "deploy of release a by you"):
        assert locks.locked(stage.host.layout.lock)
        with pytest.raises(
            Failure, match="another change of this host is under way: deploy of release a by you,"
        ):
            stage.switch()
    assert stage.host.called() == []
    assert not stage.host.layout.history.exists()


def test_the_lock_says_who_switches_to_what(stage: Stage) -> None:
    stage.switch()
    told = f"deploy of release b by me@laptop, process {os.getpid()}, since "
    assert stage.host.layout.lock.read_text().startswith(told)


def test_a_release_that_is_not_there_changes_nothing(stage: Stage) -> None:
    with pytest.raises(Failure, match="there is no release x on this host"):
        stage.switch(Order("x"))
    assert stage.host.called() == []
    assert release.current(stage.host) == "a"
    assert not stage.host.layout.history.exists()
