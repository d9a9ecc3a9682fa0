"""When an alert is sent: once in an hour, by every way that works, and what is told of the rest."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.alerts import send
from infra.onhost.alerts.send import NotSentError
from tests.support.onhost import Host, new_host, no_listener
from tests.support.onhost.mail import post_office
from tests.support.onhost.servers import always, serving
from tests.support.operations.certificates import authority, make

UNIT = "slipway-check.service"
CA = authority("ca.example.org")
SECRET = "do-not-show-me"  # noqa: S105  what must appear nowhere


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose journal says something, with a command that keeps what it is given."""
    with new_host() as host:
        host.program("journalctl", "echo 'first line'; echo 'last line'; echo")
        host.program("tell", f"cat >> {letters(host)}; echo >> {letters(host)}")
        ways(host, command=["tell", "me"])
        host.layout.ca_bundle.parent.mkdir(parents=True)
        host.layout.ca_bundle.write_bytes(CA.pem)
        yield host


def letters(host: Host) -> Path:
    """What the command was given, one after the other."""
    return host.calls.with_name("letters")


def told(host: Host) -> int:
    """How often the command was run."""
    return sum(call.startswith("tell") for call in host.called())


def ways(host: Host, **given: Any) -> None:
    """The ways that are set, as a deploy writes them."""
    host.layout.alerts.write_text(json.dumps({"command": [], "webhook": "", "mail": None} | given))


def test_the_operator_is_told_what_failed_where_and_what_it_said(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    send.tell(host.layout, UNIT)
    subject, _, text = letters(host).read_text().partition("\n\n")
    assert subject == f"{UNIT} failed on {os.uname().nodename}"
    assert text.startswith("first line\nlast line\n\nOn the host: systemctl status slipway-check")
    assert host.called()[0].endswith(f"--unit {UNIT}")
    assert host.called()[1] == "tell me"
    assert capsys.readouterr().err == f"sent an alert by command: {subject}\n"


def test_within_an_hour_one_alert_is_enough_for_a_unit(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        send.tell(host.layout, UNIT)
    assert told(host) == 1
    assert f"an alert for {UNIT} was sent less than an hour ago" in capsys.readouterr().err
    send.tell(host.layout, "slipway@0123.service")
    assert told(host) == 2


def test_after_an_hour_it_is_told_again(host: Host) -> None:
    send.tell(host.layout, UNIT)
    for mark in host.layout.alerted.iterdir():
        os.utime(mark, (0, time.time() - 3601))
    send.tell(host.layout, UNIT)
    assert told(host) == 2


def test_every_way_that_is_set_is_taken(host: Host, tmp_path: Path) -> None:
    make(tmp_path / "here.pem", "127.0.0.1", by=CA)
    with serving(tmp_path / "here.pem", always(200)) as (port, script), post_office() as post:
        ends = {"to": "me@example.org", "sender": "me@example.org"}
        server = {"server": "127.0.0.1", "port": post.port, "user": None, "password": ""}
        ways(host, command=["tell"], webhook=f"https://127.0.0.1:{port}/", mail=ends | server)
        send.tell(host.layout, UNIT)
    assert (told(host), len(script.bodies), len(post.letters)) == (1, 1, 1)


def test_a_way_that_fails_is_told_without_its_address_and_tried_again_alone(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    with no_listener() as port:
        ways(host, command=["tell"], webhook=f"https://127.0.0.1:{port}/{SECRET}")
        for _ in range(2):
            with pytest.raises(
                NotSentError, match=r"^an alert was not sent: webhook: .*refused"
            ) as why:
                send.tell(host.layout, UNIT)
            assert SECRET not in str(why.value)
    assert told(host) == 1
    assert SECRET not in capsys.readouterr().err


def test_an_alert_that_nobody_heard_is_tried_again(host: Host) -> None:
    ways(host, command=["false"])
    with pytest.raises(NotSentError, match="command: exit code 1"):
        send.tell(host.layout, UNIT)
    ways(host, command=["tell"])
    send.tell(host.layout, UNIT)
    assert told(host) == 1


@pytest.mark.parametrize("written", [True, False])
def test_without_a_way_it_is_said_that_none_is_set(
    host: Host, capsys: pytest.CaptureFixture[str], written: bool
) -> None:
    if written:
        ways(host)
    else:
        host.layout.alerts.unlink()
    send.tell(host.layout, UNIT)
    assert capsys.readouterr().err == "no alert is configured: set alerts in the inventory\n"
    assert told(host) == 0


def test_a_test_is_sent_every_time_and_says_that_it_is_one(host: Host) -> None:
    for _ in range(2):
        send.test(host.layout)
    assert told(host) == 2
    assert "this is a test" in letters(host).read_text()
    ways(host, command=["false"])
    with pytest.raises(NotSentError, match="command: exit code 1"):
        send.test(host.layout)


def test_what_nobody_heard_waits_and_is_sent_later_as_it_was(host: Host) -> None:
    ways(host, command=["false"])
    with pytest.raises(NotSentError):
        send.tell(host.layout, UNIT)
    [pending] = send.waiting(host.layout)
    ways(host, command=["tell"])
    host.program("journalctl", "echo another")
    send.deliver(host.layout, pending)
    assert "last line" in letters(host).read_text()
    assert send.waiting(host.layout) == []


def test_an_alert_that_is_asked_for_is_sent_each_time_and_by_a_unit(host: Host) -> None:
    host.program("systemctl")
    for _ in range(2):
        send.request(host.layout, "watchdog-web", "web hangs", "Look at it.\n")
        send.tell(host.layout, "watchdog-web")
    start = "systemctl start --no-block slipway-alert@watchdog-web.service"
    assert host.called().count(start) == told(host) == 2
    subject, _, text = letters(host).read_text().partition("\n\n")
    assert subject == f"web hangs on {os.uname().nodename}"
    assert text.startswith("Look at it.\n")


BROKEN = ["", "{", "[]", "null", "{}", '{"command": ["tell"]}', "\0\xff"]


@pytest.mark.parametrize("text", BROKEN)
def test_alerts_go_by_the_copy_when_their_file_is_broken(host: Host, text: str) -> None:
    host.layout.alerts.rename(host.layout.alerts_copy)
    host.layout.alerts.write_text(text)
    send.tell(host.layout, UNIT)
    assert told(host) == 1
    broken = f"{host.layout.alerts} cannot be read: alerts go by its copy"
    assert broken in letters(host).read_text()


def test_alerts_go_by_the_copy_when_their_file_is_gone(host: Host) -> None:
    host.layout.alerts.rename(host.layout.alerts_copy)
    send.tell(host.layout, UNIT)
    assert told(host) == 1


def test_a_way_that_is_not_as_a_deploy_writes_it_keeps_no_other_from_being_taken(
    host: Host,
) -> None:
    ways(host, command=["tell"], mail="me@example.org", webhook=7)
    with pytest.raises(NotSentError, match=r"mail: is not set rightly in .*alerts\.json"):
        send.tell(host.layout, UNIT)
    assert told(host) == 1


def test_without_a_journal_the_alert_goes_out_all_the_same(host: Host) -> None:
    host.program("journalctl", "exit 1")
    send.tell(host.layout, UNIT)
    assert told(host) == 1
