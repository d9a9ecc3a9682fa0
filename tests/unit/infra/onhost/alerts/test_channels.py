"""The ways of an alert, each to a real receiver; what is told of a failure hides what is secret."""

import json
import smtplib
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.alerts import channels
from tests.support.onhost import Host, new_host, no_listener
from tests.support.onhost.mail import LOGIN, Post, post_office
from tests.support.onhost.servers import Behaviour, always, serving
from tests.support.operations.certificates import authority, make

HERE = "127.0.0.1"
CA = authority("ca.example.org")
SECRET = "do-not-show-me"  # noqa: S105  what must appear nowhere
SAID = ("a unit failed", "its log, and über\nmore")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


@pytest.fixture(autouse=True)
def certificate(host: Host, tmp_path: Path) -> Path:
    """A certificate of this machine's, by the one CA that the host trusts."""
    host.layout.ca_bundle.parent.mkdir(parents=True)
    host.layout.ca_bundle.write_bytes(CA.pem)
    make(tmp_path / "here.pem", HERE, by=CA)
    return tmp_path / "here.pem"


def problem(host: Host, name: str, way: Any) -> str:
    """What is told of a way that fails."""
    with pytest.raises(channels.ERRORS) as error:
        channels.CHANNELS[name](host, way, *SAID)
    told = channels.reason(error.value)
    assert SECRET not in told
    return told


def test_a_command_gets_the_alert_on_its_standard_input(host: Host, tmp_path: Path) -> None:
    channels.CHANNELS["command"](host, ["tee", f"{tmp_path}/a b"], *SAID)
    assert (tmp_path / "a b").read_text() == "a unit failed\n\nits log, and über\nmore"


def test_a_command_may_say_what_is_no_text(host: Host) -> None:
    channels.CHANNELS["command"](host, ["printf", r"caf\351"], *SAID)


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
        problem(host, "command", ["sh", "-c", "exec sleep 30", SECRET])
        == "has not ended after 0.2 s"
    )


def test_a_web_hook_gets_the_alert_as_json(host: Host, certificate: Path) -> None:
    with serving(certificate, always(200)) as (port, script):
        channels.CHANNELS["webhook"](host, f"https://{HERE}:{port}/a?b", *SAID)
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
        == "OSError: is not to be asked: ValueError"
    )
    told = problem(host, "webhook", f"https://{HERE}/{SECRET} and more")
    assert told == "OSError: is not to be asked: InvalidURL"


def mail(post: Post, **changes: Any) -> dict[str, Any]:
    """The settings of mail, with the login of the tests."""
    user, password = LOGIN
    plain = {"to": "me@example.org", "sender": "host@example.org", "server": HERE,
             "port": post.port, "user": user, "password": password}  # fmt: skip
    return plain | changes


def words(post: Post) -> list[str]:
    """The commands that came, without what belongs to them."""
    return [line.partition(" ")[2 if line.startswith("tls ") else 0].split()[0]
            for line in post.told]  # fmt: skip


def test_a_mail_is_sent_with_the_login_within_tls(host: Host, certificate: Path) -> None:
    with post_office(certificate) as post:
        channels.CHANNELS["mail"](host, mail(post), *SAID)
    [letter] = map(message_from_bytes, post.letters)
    assert (letter["To"], letter["From"]) == ("me@example.org", "host@example.org")
    assert letter["Subject"] == "a unit failed"
    assert letter["Date"]
    assert letter["Message-ID"]
    text: Any = letter.get_payload(decode=True)
    assert text.decode().replace("\r\n", "\n") == "its log, and über\nmore\n"
    within = [line for line in post.told if not line.lower().startswith(("ehlo", "starttls"))]
    assert all(line.startswith("tls ") for line in within)
    assert "AUTH" in words(post)


def test_a_mail_is_sent_by_tls_from_the_first_byte_on_its_port(
    host: Host, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(certificate, starttls=False) as post:
        monkeypatch.setattr(smtplib, "SMTP_SSL_PORT", post.port)
        channels.CHANNELS["mail"](host, mail(post), *SAID)
    assert len(post.letters) == 1
    assert all(line.startswith("tls ") for line in post.told)


def test_a_mail_without_a_login_needs_no_tls(host: Host) -> None:
    with post_office() as post:
        channels.CHANNELS["mail"](host, mail(post, user=None, password=""), *SAID)
    assert len(post.letters) == 1
    assert "AUTH" not in words(post)


def test_without_tls_no_password_is_sent(host: Host) -> None:
    with post_office() as post:
        told = problem(host, "mail", mail(post, password=SECRET))
    assert told == f"ValueError: {HERE} offers no TLS: the password was not sent"
    assert set(words(post)) <= {"ehlo", "QUIT"}


def test_a_mail_server_that_the_host_does_not_trust_gets_no_password(
    host: Host, tmp_path: Path
) -> None:
    make(tmp_path / "other.pem", HERE)
    with post_office(tmp_path / "other.pem") as post:
        assert "certificate verify failed" in problem(host, "mail", mail(post, password=SECRET))
    assert "AUTH" not in words(post)
    assert post.letters == []


@pytest.mark.parametrize("password", [SECRET, f"{SECRET} with ä"])
def test_a_login_that_fails_is_told_without_the_password(
    host: Host, certificate: Path, password: str
) -> None:
    with post_office(certificate) as post:
        told = problem(host, "mail", mail(post, password=password))
    assert told in {"SMTPAuthenticationError: (535, b'not known here')", "UnicodeEncodeError"}
    assert post.letters == []


def test_a_mail_server_that_is_not_there_is_told(host: Host) -> None:
    with no_listener() as port:
        way = {"server": HERE, "port": port, "to": "a@b", "sender": "a@b", "user": None}
        assert (
            problem(host, "mail", way) == "ConnectionRefusedError: [Errno 111] Connection refused"
        )
