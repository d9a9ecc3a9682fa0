"""What is left when a step of the switch fails: the old release, whole, and the reason."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost import locks
from infra.onhost.command import Failure
from infra.onhost.diagnosis.containers import Unwell
from infra.onhost.releases import history, release
from infra.onhost.services import nginx
from tests.support.onhost.stage import MOVED, STEPS, TRIED, Stage, new_stage

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")

REJECTED = [
    "systemctl disable slipway@b.service",
    "systemd-run slipway retire b",
    "systemctl reset-failed slipway@b.service",
]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with new_stage() as stage:
        yield stage


@pytest.mark.parametrize("step", TRIED)
def test_a_step_that_fails_leaves_the_old_release_serving(stage: Stage, step: str) -> None:
    stage.fail(step)
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert release.current(stage.host) == "a"
    assert stage.last()["result"] == history.REFUSED
    assert stage.last()["reason"].endswith("no luck")
    assert history.kept(stage.host, 3) == []
    done = stage.steps()
    index = STEPS.index(step)
    assert done[: index + 1] == STEPS[: index + 1]
    assert ("docker compose a up web" in done) == (index >= MOVED)
    if step != "reload":  # while nginx does not load the old site, it may speak to the new release
        assert done[-3:] == REJECTED
    assert not [
        call for call in done if call.startswith("systemctl") and call.endswith("@a.service")
    ]
    assert not locks.locked(stage.host.layout.lock)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("no luck")])
@pytest.mark.parametrize("step", ["check_inside b", "check_outside b"])
def test_an_error_that_nobody_foresaw_is_taken_back_too(
    stage: Stage, step: str, error: Exception
) -> None:
    stage.error = type(error)(*error.args)  # another one each time: it gets notes
    stage.fail(step)
    with pytest.raises(type(error)):
        stage.switch()
    assert release.current(stage.host) == "a"
    assert stage.last()["result"] == history.REFUSED
    assert stage.last()["reason"] == str(error)
    assert REJECTED[1] in stage.steps()


def test_the_operator_is_told_why_and_then_what_serves(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.fail("wait_until_healthy b")
    with pytest.raises(Failure) as refused:
        stage.switch()
    assert str(refused.value) == "no luck\nand more\nrelease a still serves"
    [cost] = refused.value.__notes__
    assert cost.startswith("during the switch: ")
    assert " failed, longest gap " in cost
    assert cost not in capsys.readouterr().err  # it comes last


def test_what_the_unwell_part_said_stands_between_them(stage: Stage) -> None:
    stage.error = Unwell("release b is not healthy", "web", "start it")
    stage.fail("wait_until_healthy b")
    with pytest.raises(Failure) as refused:
        stage.switch()
    assert str(refused.value).splitlines() == [
        "release b is not healthy",
        "What to do: start it",
        "the log of web is empty",
        "The whole log: bin/slipway logs web --release b",
        "release a still serves",
    ]


@pytest.mark.parametrize(
    "docker", ["docker ps --quiet --all", "sh", "docker inspect"], ids=["ps", "logs", "inspect"]
)
def test_lines_that_cannot_be_shown_keep_nothing_from_being_taken_back(
    stage: Stage, docker: str
) -> None:
    stage.error = Unwell("no luck", "web")
    stage.fail("wait_until_healthy b")
    stage.fail_too(docker)
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert stage.last()["reason"] == "no luck"
    assert stage.steps()[-3:] == REJECTED


def test_both_reasons_are_kept_when_the_way_back_fails_too(stage: Stage) -> None:
    stage.fail("check_outside b")
    stage.on_step = lambda: nginx_is_gone(stage)
    with pytest.raises(Failure) as refused:
        stage.switch()
    both = "no luck; going back to release a failed, too: nginx is gone"
    assert str(refused.value).splitlines()[0] == both
    assert stage.last()["reason"] == both
    assert str(refused.value).endswith(
        "release a is the current one again; the watchdog tries again to load it into nginx"
    )
    assert REJECTED[1] not in stage.steps()  # nginx may pass to it


def nginx_is_gone(stage: Stage) -> None:
    """nginx loads nothing once traffic has moved to b."""
    if release.current(stage.host) == "b":

        def reload(_host: object) -> None:
            raise Failure("nginx is gone")

        stage.patch(nginx, "reload", reload)


def test_both_reasons_are_kept_of_an_error_that_nobody_foresaw(stage: Stage) -> None:
    stage.error = OSError(28, "No space left on device")
    stage.fail("check_outside b")
    stage.fail_too("docker compose a up web")
    with pytest.raises(OSError, match="No space"):
        stage.switch()
    first, other = stage.last()["reason"].split("; ")
    assert first == "[Errno 28] No space left on device"
    assert other.startswith("a part of release a does not start: docker compose")


def test_an_old_release_whose_workers_do_not_come_back_serves_and_is_named(stage: Stage) -> None:
    stage.fail("check_outside b")
    stage.fail_too("docker compose a up web")
    with pytest.raises(Failure, match="no luck") as refused:
        stage.switch()
    assert release.current(stage.host) == "a"
    assert stage.last()["reason"].startswith(
        "no luck; a part of release a does not start: docker compose"
    )
    assert stage.steps()[-3:] == REJECTED
    assert str(refused.value).endswith("release a still serves")


def test_a_unit_that_does_not_start_is_told_in_its_own_words(stage: Stage) -> None:
    stage.fail("systemctl start slipway@b.service")
    with pytest.raises(Failure, match=r"^slipway@b\.service does not start: its unit has no luck"):
        stage.switch()


def test_a_first_release_that_fails_before_traffic_is_stopped(stage: Stage) -> None:
    stage.host.layout.current.unlink()
    stage.units()
    stage.fail("check_inside b")
    with pytest.raises(Failure, match="no luck") as refused:
        stage.switch()
    assert release.current(stage.host) == ""
    assert stage.steps()[-3:] == REJECTED
    assert str(refused.value).endswith("no release serves yet")


def test_a_first_release_that_fails_outside_has_nothing_to_go_back_to(stage: Stage) -> None:
    stage.host.layout.current.unlink()
    stage.units()
    stage.fail("check_outside b")
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert release.current(stage.host) == "b"
    assert stage.last()["result"] == history.REFUSED
    assert stage.steps()[-1] == "check_outside b"


def test_the_release_that_serves_is_not_stopped_when_it_fails_to_start_anew(stage: Stage) -> None:
    stage.host.layout.current.unlink()
    stage.host.layout.current.symlink_to("b")
    stage.fail("check_inside b")
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert release.current(stage.host) == "b"
    assert not [step for step in stage.steps() if "stop" in step]


def test_the_history_survives_a_failure_without_a_word(stage: Stage) -> None:
    stage.error = Failure()
    stage.fail("check_inside b")
    with pytest.raises(Failure):
        stage.switch()
    assert stage.last()["reason"] == "Failure()"
