"""Alerts by mail, to a real server; what is told of a failure hides the password."""

import smtplib
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.alerts import channels
from tests.support.onhost import Host, no_listener
from tests.support.onhost.alerts import HERE, SAID, SECRET, problem
from tests.support.onhost.mail import LOGIN, Post, post_office
from tests.support.operations.certificates import make


def mail(post: Post, **changes: Any) -> dict[str, Any]:
    """The settings of mail, with the login of the tests."""
    user, password = LOGIN
    ends = {"to": "me@example.org", "sender": "host@example.org"}
    server = {"server": HERE, "port": post.port, "user": user, "password": password}
    return ends | server | changes


def words(post: Post) -> list[str]:
    """The commands that came, without what belongs to them."""
    return [line.removeprefix("tls ").split()[0] for line in post.told]


def test_a_mail_is_sent_with_the_login_within_tls(host: Host, certificate: Path) -> None:
    with post_office(certificate) as post:
        channels.CHANNELS["mail"](host.layout, mail(post), *SAID)
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
        channels.CHANNELS["mail"](host.layout, mail(post), *SAID)
    assert len(post.letters) == 1
    assert all(line.startswith("tls ") for line in post.told)


def test_a_mail_without_a_login_needs_no_tls(host: Host) -> None:
    with post_office() as post:
        channels.CHANNELS["mail"](host.layout, mail(post, user=None, password=""), *SAID)
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
