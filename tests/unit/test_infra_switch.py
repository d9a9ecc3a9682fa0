"""The switch: the order of its steps, and what is left when one of them fails.

The layout, the history, the lock, the link and the secrets are real; systemctl, docker and nginx
note what they are told, since there are none here: tests/faults switches on a host.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from infra.onhost import command, gate, history, layout, nginx, release, static_files, switch
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from infra.onhost.switch import Order
from tests.unit.onhost import Host, config, new_host, no_listener

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")

ORDER = Order("b", "deploy", "me@laptop", "0123+")
ASKING = ("systemctl list-units", "docker ps", "docker image ls")
B_COMPOSE = "docker compose --project-directory {}/opt/slipway/releases/b"
STEPS = [
    B_COMPOSE + " --profile before run --rm before",
    "systemctl start slipway@b.service",
    "wait_until_healthy b",
    "publish slipway/app:1",
    "check_inside b",
    "check",
    "docker kill --signal TERM worker-of-a",
    "reload",
    "check_outside b",
    "systemctl enable --quiet slipway@b.service",
    "systemctl disable --quiet slipway@a.service",
    "systemctl stop --no-block slipway@a.service",
]
MOVED = STEPS.index("docker kill --signal TERM worker-of-a")
TRIED = STEPS[:-2]


class Stage:
    """A host where a is live and b is put; the step that shall fail does."""

    def __init__(self, host: Host, port: int, on: pytest.MonkeyPatch) -> None:
        self.host = host
        self.config: HostConfig = config(port)
        self.root = str(host.calls.parent)
        host.release("a")
        host.release("b", before=True, static_folder="/static")
        release.site("b").write_text("# another\n")
        layout.CURRENT.symlink_to("a")
        nginx.CONFIGURATION.write_text("")
        (layout.SECRETS / "key").write_text("of today")
        self.fail("nothing")
        # These are tested against real servers of their own; here their place in the order is.
        for module, name in ((gate, "wait_until_healthy"), (gate, "check_inside"),
                             (gate, "check_outside"), (static_files, "publish"),
                             (nginx, "check"), (nginx, "reload")):  # fmt: skip
            on.setattr(module, name, self._noting(name))
        on.setattr(switch, "PROBE_SECONDS", 0)

    def _noting(self, name: str) -> Callable[..., None]:
        def step(first: object = "", *_: Any) -> None:
            line = f"{name} {first}" if isinstance(first, str) and first else name
            with self.host.calls.open("a") as calls:
                calls.write(line + "\n")
            if line == self._failing:
                raise self.error

        return step

    error: Exception = Failure("no luck\nand more")

    def fail(self, step: str, logs: str = "echo 'its log'") -> None:
        """From now on this step fails."""
        self._failing = step.format(self.root)
        refuse = f"case \"${{0##*/}} $*\" in '{self._failing}') echo 'no luck' >&2; exit 1;; esac"
        units = (layout.UNITS / "units").with_name("units")
        self.host.program(
            "systemctl", f"{refuse}; case $1 in list-units) cat {units} 2>/dev/null;; esac; exit 0"
        )
        units.write_text("slipway@a.service loaded active exited A\n")
        self.host.program("journalctl", "echo 'its unit'")
        self.host.program(
            "docker",
            f"{refuse}; case $* in 'ps --quiet'*project=slipway-a*) echo worker-of-a;;"
            f" *logs*) {logs};; esac",
        )

    def switch(self, order: Order = ORDER) -> None:
        switch.switch(order, self.config)

    def steps(self) -> list[str]:
        """What was done, without what was only asked."""
        return [call for call in self.host.called() if not call.startswith(ASKING)]

    def last(self) -> dict[str, Any]:
        return self.host.history()[-1]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with new_host() as host, no_listener() as port, pytest.MonkeyPatch.context() as on:
        yield Stage(host, port, on)


def filled(steps: list[str], stage: Stage) -> list[str]:
    return [step.format(stage.root) for step in steps]


def test_a_release_is_tried_before_traffic_moves_and_the_old_one_stops_last(stage: Stage) -> None:
    stage.switch()
    assert stage.steps() == filled(STEPS, stage)
    assert release.current() == "b"


def test_the_history_says_who_when_what_and_how_long(stage: Stage) -> None:
    stage.switch()
    begun, ended = stage.host.history()
    assert (begun["result"], begun["id"]) == ("under way", ended["id"])
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
        "command", "start", "health", "static", "checks", "traffic", "acceptance", "retire",
    ]  # fmt: skip
    assert set(cast("dict[str, float]", ended["probe"])) >= {"requests", "failed"}


def test_a_release_keeps_the_secrets_it_started_with(stage: Stage) -> None:
    stage.switch()
    kept = release.folder("b") / "secrets"
    assert (kept / "key").read_text() == "of today"
    assert kept.stat().st_mode & 0o777 == 0o700
    found = (kept / "key").stat()
    assert (found.st_mode & 0o777, found.st_gid) == (0o440, layout.APP_UID)
    (layout.SECRETS / "key").write_text("of tomorrow")
    stage.switch(Order("b", "rollback"))
    assert (kept / "key").read_text() == "of today"


@pytest.mark.parametrize("step", TRIED)
def test_a_step_that_fails_leaves_the_old_release_serving(stage: Stage, step: str) -> None:
    stage.fail(step)
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert release.current() == "a"
    assert stage.last()["result"] == history.REFUSED
    assert stage.last()["reason"].endswith("no luck")
    assert history.kept(3) == []
    done = stage.steps()
    index = STEPS.index(step)
    assert done[: index + 1] == filled(STEPS[: index + 1], stage)
    again = "docker compose --project-directory {}/opt/slipway/releases/a up --detach"
    assert (again.format(stage.root) in done) == (index >= MOVED)
    if step != "reload":  # while nginx does not load the old site, it may speak to the new release
        assert done[-2:] == ["systemctl stop slipway@b.service",
                             "systemctl reset-failed slipway@b.service"]  # fmt: skip
    assert not [
        call for call in done if call.startswith("systemctl") and call.endswith("@a.service")
    ]
    assert not command.locked()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("no luck")])
@pytest.mark.parametrize("step", ["check_inside b", "check_outside b"])
def test_an_error_that_nobody_foresaw_is_taken_back_too(
    stage: Stage, step: str, error: Exception
) -> None:
    stage.error = error
    stage.fail(step)
    with pytest.raises(type(error)):
        stage.switch()
    assert release.current() == "a"
    assert stage.last()["result"] == history.REFUSED
    assert stage.last()["reason"] == str(error)
    assert "systemctl stop slipway@b.service" in stage.steps()


@pytest.mark.parametrize(
    "logs", ["echo 'compose.yaml: no such service' >&2; exit 1", r"printf 'caf\351'"]
)
def test_logs_that_cannot_be_shown_keep_nothing_from_being_taken_back(
    stage: Stage, logs: str
) -> None:
    stage.fail("wait_until_healthy b", logs)
    with pytest.raises(Failure, match="no luck"):
        stage.switch()
    assert stage.last()["reason"] == "no luck"
    assert stage.steps()[-2] == "systemctl stop slipway@b.service"


def test_the_operator_is_told_why_and_what_serves(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.fail("wait_until_healthy b")
    with pytest.raises(Failure):
        stage.switch()
    told = capsys.readouterr().err
    assert told.endswith("the last lines of release b:\nits unit\nits log\nrelease a serves on\n")


def test_an_old_release_that_does_not_stop_is_named_and_the_new_one_is_live(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.fail("systemctl disable --quiet slipway@a.service")
    stage.switch()
    assert stage.steps()[-1] == "systemctl stop --no-block slipway@a.service"
    assert stage.last()["result"] == history.LIVE
    assert "slipway@a.service" in capsys.readouterr().err
