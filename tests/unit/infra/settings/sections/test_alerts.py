"""Where alerts go."""

from pathlib import Path

import pytest

from tests.support.settings import SECRET, refusal, settings, written

MAIL = {"to": "me@example.org", "server": "mail.example.org"}
NO_ADDRESS = "alerts.webhook: the file must contain one https:// address and nothing else"


@pytest.mark.parametrize(("given", "missing"), [("user", "password"), ("password", "user")])
def test_user_and_password_go_together(tmp_path: Path, given: str, missing: str) -> None:
    login = {"user": "me", "password": written(tmp_path)}
    assert settings(alerts={"mail": MAIL | login}).alerts.mail
    told = refusal(alerts={"mail": MAIL | {given: login[given]}})
    assert (
        told
        == f"alerts.mail.{missing}: is missing, but alerts.mail.{given} is set: set both or none"
    )


@pytest.mark.parametrize("server", ["", "mail.example.org:25", "a b", "mail.example.org\n"])
def test_a_mail_server_is_a_name_or_an_address(server: str) -> None:
    told = refusal(alerts={"mail": MAIL | {"server": server}})
    assert told == "alerts.mail.server: must be a domain name or an address"


@pytest.mark.parametrize(
    "content",
    [
        f"http://hooks.example.org/{SECRET}",
        f"hooks.example.org/{SECRET}",
        f"https://hooks.example.org/{SECRET} and more",
        f"https://hooks.example.org/{SECRET}\nhttps://hooks.example.org/2",
        f"https://hooks.example.org/ä{SECRET}",
        b"\xff\xfe" + SECRET.encode(),
        "https://",
    ],
)
def test_a_webhook_is_one_https_address_and_is_not_shown(
    tmp_path: Path, content: str | bytes
) -> None:
    assert refusal(alerts={"webhook": written(tmp_path, content)}) == NO_ADDRESS
