"""Alerts by a command and a web hook: a real receiver; what is told of a failure hides secrets."""

import json
from pathlib import Path

import pytest

from infra.onhost.alerts import channels
from tests.support.onhost import Host, no_listener
from tests.support.onhost.alerts import HERE, SAID, SECRET, problem
from tests.support.onhost.servers import Behaviour, always, serving
from tests.support.operations.certificates import make


def test_a_command_gets_the_alert_on_its_standard_input(host: Host, tmp_path: Path) -> None:
    channels.CHANNELS["command"](host.layout, ["tee", f"{tmp_path}/a b"], *SAID)
    assert (tmp_path / "a b").read_text() == "a unit failed\n\nits log, and über\nmore"


def test_a_command_may_say_what_is_no_text(host: Host) -> None:
    channels.CHANNELS["command"](host.layout, ["printf", r"caf\351"], *SAID)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["sh", "-c", "echo no >&2; echo luck >&2; exit 3", SECRET], "exit code 3: luck"),
        (["false", SECRET], "exit code 1: "),
        (["/no/such/program", SECRET], "FileNotFoundError: "),
    ],
)
def test_a_command_that_fails_is_told_without_its_words(
    host: Host, command: list[str], told: str
) -> None:
    assert problem(host, "command", command).startswith(told)


def test_a_command_that_hangs_is_ended(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "TIMEOUT", 0.2)
    assert (
        problem(host, "command", ["sh", "-c", "exec sleep 30", SECRET]) == "still runs after 0.2 s"
    )


def test_a_web_hook_gets_the_alert_as_json(host: Host, certificate: Path) -> None:
    with serving(certificate, always(200)) as (port, script):
        channels.CHANNELS["webhook"](host.layout, f"https://{HERE}:{port}/a?b", *SAID)
    assert script.asked == ["/a?b"]
    [body] = script.bodies
    assert json.loads(body) == {"text": "a unit failed\n\nits log, and über\nmore"}


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (always(404), "OSError: answered 404"),
        (always(500, SECRET.encode()), "OSError: answered 500"),
        (always(302, b"/elsewhere"), "OSError: answered 302"),
    ],
)
def test_a_web_hook_that_does_not_take_it_is_told_without_its_address(
    host: Host, certificate: Path, behaviour: Behaviour, told: str
) -> None:
    with serving(certificate, behaviour) as (port, script):
        assert problem(host, "webhook", f"https://{HERE}:{port}/{SECRET}") == told
    assert script.asked == [f"/{SECRET}"]


def test_a_web_hook_that_the_host_does_not_trust_hears_nothing(host: Host, tmp_path: Path) -> None:
    make(tmp_path / "other.pem", HERE)
    with serving(tmp_path / "other.pem", always(200)) as (port, script):
        told = problem(host, "webhook", f"https://{HERE}:{port}/{SECRET}")
    assert "certificate verify failed" in told
    assert script.bodies == []


def test_a_web_hook_that_is_not_there_or_no_address_is_told_without_it(host: Host) -> None:
    with no_listener() as port:
        assert "Connection refused" in problem(host, "webhook", f"https://{HERE}:{port}/{SECRET}")
    assert (
        problem(host, "webhook", f"{SECRET}.example.org/")
        == "OSError: cannot be reached: ValueError"
    )
    told = problem(host, "webhook", f"https://{HERE}/{SECRET} and more")
    assert told == "OSError: cannot be reached: InvalidURL"
