"""What a candidate gets before it is tried: its secrets, its own command, its web server."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import layout
from infra.onhost.command import Failure
from infra.onhost.releases import prepare, release
from tests.support.onhost import Host, new_host
from tests.support.onhost.stage import ASKING, step

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
REMOVE = "docker rm slipway-release-command"
COMMAND = "docker compose b run release-command"
UP = "docker compose b up web"
TODAY = {"secret_key": "a key", "redis_password": "a password"}


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with two secrets, on which b is put; no unit of it is known."""
    with new_host() as host:
        host.release("b")
        for name, value in TODAY.items():
            (host.layout.secrets / name).write_text(value)
        host.program("docker")
        host.program("systemctl")
        yield host


def done(host: Host) -> list[str]:
    """What was done, in short, without what was only asked."""
    return [step(call) for call in host.called() if not call.startswith(ASKING)]


def kept(host: Host) -> dict[str, str]:
    """The release's secrets."""
    return {path.name: path.read_text() for path in secrets(host).iterdir()}


def secrets(host: Host) -> Path:
    return release.folder(host, "b") / "secrets"


def test_a_release_has_the_secrets_of_the_day_for_its_user_alone(host: Host) -> None:
    prepare.keep_secrets(host, "b")
    assert kept(host) == TODAY
    assert secrets(host).stat().st_mode & 0o777 == 0o700
    for path in secrets(host).iterdir():
        found = path.stat()
        assert (found.st_mode & 0o777, found.st_uid, found.st_gid) == (0o440, 0, layout.APP_UID)


def test_secrets_are_copied_once(host: Host) -> None:
    prepare.keep_secrets(host, "b")
    (host.layout.secrets / "secret_key").write_text("a key of tomorrow")
    (host.layout.secrets / "api_key").write_text("another")
    prepare.keep_secrets(host, "b")
    assert kept(host) == TODAY


def test_secrets_are_copied_whole_after_a_kill_in_between(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """No `except` of ours sees it, as with a kill."""

    def half(path: Path, *_: object) -> None:
        path.write_text("ha")
        raise Killed

    with monkeypatch.context() as on:
        on.setattr(prepare, "replace", half)
        with pytest.raises(Killed):
            prepare.keep_secrets(host, "b")
    assert not secrets(host).exists()
    (host.layout.secrets / "redis_password").unlink()
    prepare.keep_secrets(host, "b")
    assert kept(host) == {"secret_key": "a key"}
    found = sorted(path.name for path in release.folder(host, "b").iterdir())
    assert found == ["release.json", "secrets"]


def command(host: Host, script: str, limit: int = 5) -> None:
    """Runs the release command, which is this script."""
    host.program("docker", f"case $* in *' run '*) {script};; esac")
    prepare.run_command(host, "b", limit)


def test_the_release_command_runs_once_and_its_container_ends_with_it(host: Host) -> None:
    command(host, "true")
    assert done(host) == [REMOVE, COMMAND, REMOVE]
    [call] = [call for call in host.called() if step(call) == COMMAND]
    assert "--profile release-command" in call
    assert "--rm --name slipway-release-command" in call


def test_the_last_lines_of_the_release_command_are_shown(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    command(host, "seq 1 30")
    told = capsys.readouterr().err.splitlines()
    assert told == ["running the release command", *map(str, range(11, 31))]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'table users'; echo 'no such column' >&2; exit 3", "exit code 3: no such column"),
        ("echo '  File \"/srv/app/db.py\", line 3'; echo 'KeyError: 1'; echo end; exit 1",
         "exit code 1: KeyError: 1 (/srv/app/db.py, line 3)"),
        ("exit 7", "exit code 7: it said nothing"),
    ],
)  # fmt: skip
def test_a_release_command_that_fails_is_told_by_its_reason_and_all_that_it_said(
    host: Host, script: str, reason: str
) -> None:
    with pytest.raises(Failure) as failure:
        command(host, script)
    told = str(failure.value).splitlines()
    assert told[0] == f"app.release_command failed: {reason}"
    assert len(told) == 1 + script.count("echo")
    assert done(host) == [REMOVE, COMMAND, REMOVE]


def test_a_release_command_has_its_time_and_no_more(host: Host) -> None:
    began = time.monotonic()
    with pytest.raises(Failure) as failure:
        command(host, "echo 'step 1'; exec sleep 60", limit=1)
    assert time.monotonic() - began < 20
    told = "app.release_command was not finished after 1 s (app.release_command_limit)\nstep 1"
    assert str(failure.value) == told
    assert done(host) == [REMOVE, COMMAND, REMOVE]


def test_of_a_release_command_that_says_much_the_end_is_kept(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    command(host, "seq 1 300000; head -c 3000000 /dev/zero; echo; echo the end", limit=60)
    told = capsys.readouterr().err.splitlines()
    assert (len(told), told[-1]) == (21, "the end")


def test_that_there_is_no_container_to_remove_is_no_failure(host: Host) -> None:
    host.program("docker", "case $1 in rm) exit 1;; esac")
    prepare.run_command(host, "b", 5)
    assert done(host) == [REMOVE, COMMAND, REMOVE]


def test_the_web_server_is_started_and_no_worker(host: Host) -> None:
    prepare.start_web(host, "b")
    assert done(host) == [UP]
    assert "--detach" in host.called()[-1]


def ending(host: Host, state: str, unit: str) -> None:
    """b is ending, as systemd says."""
    line = f"{unit} loaded {state} some words"
    kind = unit[: len("slipway@")]  # of a release, or of its end
    host.program("systemctl", f"case $* in *{state}*{kind}*) echo '{line}';; esac")


def test_a_release_that_is_ending_is_cancelled_before_its_web_server_starts(host: Host) -> None:
    ending(host, "activating", "slipway-retire-b.service")
    prepare.start_web(host, "b")
    assert done(host) == [
        "systemctl stop slipway-retire-b.service",
        "docker compose b stop web",
        UP,
    ]


def test_a_release_that_was_nearly_over_is_started_again(host: Host) -> None:
    ending(host, "deactivating", "slipway@b.service")
    prepare.start_web(host, "b")
    assert done(host) == ["systemctl start slipway@b.service", UP]


def test_another_release_that_is_ending_ends(host: Host) -> None:
    ending(host, "activating", "slipway-retire-a.service")
    prepare.start_web(host, "b")
    assert done(host) == [UP]
