"""Names, certificate and alerts in the settings: what does not go together, what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.certificate import alerts, own_files
from infra.inventory import SettingsError, load
from infra.onhost.layout import LAYOUT
from infra.programs import host_config
from infra.settings import Settings
from tests.support.operations.certificates import make

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
SECRET = "do-not-show-me"  # noqa: S105  what must appear nowhere
NO_ADDRESS = ".alerts: webhook: the file must hold one https:// address and nothing else"


def settings(**given: Any) -> Settings:
    return load(GOOD | given, "one")


def told(**given: Any) -> str:
    """Why settings are refused, in one line without the host's name."""
    with pytest.raises(SettingsError) as error:
        settings(**given)
    [line] = error.value.lines
    assert SECRET not in line
    return line.removeprefix("one: settings")


@pytest.mark.parametrize("aliases", [["app.example.org"], ["a.example.org", "a.example.org"]])
def test_no_name_is_given_twice(aliases: list[str]) -> None:
    assert told(aliases=aliases) == ": aliases must differ from domain and from each other"


def test_an_address_has_no_aliases() -> None:
    assert told(domain="192.0.2.1", aliases=["www.example.org"]) == (
        ": aliases redirect to a domain name, not to an IP address"
    )


@pytest.mark.parametrize("alias", ["192.0.2.1", "*.example.org", "www", "WWW.example.org"])
def test_an_alias_is_a_full_domain_name(alias: str) -> None:
    assert told(aliases=[alias]).startswith(".aliases.0: must be a ")


def test_the_host_is_told_of_all_names_the_domain_first() -> None:
    found = host_config(settings(aliases=["b.example.org", "a.example.org"]))
    assert found.names == ["app.example.org", "b.example.org", "a.example.org"]


@pytest.mark.parametrize(
    ("domain", "profile", "wanted"),
    [
        ("app.example.org", None, ""),
        ("app.example.org", "tlsserver", "tlsserver"),
        ("192.0.2.1", None, "shortlived"),
        ("192.0.2.1", "own", "own"),
    ],
)
def test_an_address_has_a_short_lived_certificate_unless_told_otherwise(
    domain: str, profile: str | None, wanted: str
) -> None:
    found = host_config(settings(domain=domain, certificate={"profile": profile}))
    assert found.certificate.profile == wanted


@pytest.mark.parametrize("profile", ["", "a b", "--x=y\n", "a/b"])
def test_what_is_no_profile_s_name_is_refused(profile: str) -> None:
    assert told(certificate={"profile": profile}).startswith(".certificate.profile: ")


@pytest.mark.parametrize(
    ("hsts", "wanted"),
    [
        ("on", "max-age=63072000"),
        ("preload", "max-age=63072000; includeSubDomains; preload"),
        ("off", ""),
    ],
)
def test_what_browsers_are_told_takes_subdomains_only_if_wanted(hsts: str, wanted: str) -> None:
    assert host_config(settings(tls={"hsts": hsts})).hsts == wanted


def written(folder: Path, text: str | bytes = SECRET) -> str:
    """The path of a file with this content."""
    path = folder / f"file-{len(list(folder.iterdir()))}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


MAIL = {"to": "me@example.org", "server": "mail.example.org"}


@pytest.mark.parametrize("given", ["user", "password"])
def test_a_login_at_the_mail_server_is_whole(tmp_path: Path, given: str) -> None:
    login = {"user": "me", "password": written(tmp_path)}
    assert settings(alerts={"mail": MAIL | login}).alerts.mail
    reason = ".alerts.mail: user and password go together"
    assert told(alerts={"mail": MAIL | {given: login[given]}}) == reason


@pytest.mark.parametrize("server", ["", "mail.example.org:25", "a b", "mail.example.org\n"])
def test_a_mail_server_is_a_name_or_an_address(server: str) -> None:
    assert told(alerts={"mail": MAIL | {"server": server}}).startswith(".alerts.mail.server: ")


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
def test_a_web_hook_is_one_https_address_and_is_not_shown(
    tmp_path: Path, content: str | bytes
) -> None:
    assert told(alerts={"webhook": written(tmp_path, content)}) == NO_ADDRESS


def test_the_ways_of_alerts_are_a_file_of_root_s(tmp_path: Path) -> None:
    address = "https://hooks.example.org/a?b=c"
    mail = MAIL | {"user": "me", "password": written(tmp_path, f"{SECRET}\n")}
    given = settings(
        alerts={"command": ["logger", "a b"], "webhook": written(tmp_path, address + "\n"),
                "mail": mail}
    )  # fmt: skip
    assert json.loads(alerts(given)) == {
        "command": ["logger", "a b"],
        "webhook": address,
        "mail": {
            "to": "me@example.org",
            "server": "mail.example.org",
            "port": 587,
            "sender": "me@example.org",
            "user": "me",
            "password": SECRET,
        },
    }
    [file] = own_files(given)
    assert (file.path, file.mode) == (str(LAYOUT.alerts), "600")


def test_without_alerts_no_way_is_set() -> None:
    assert json.loads(alerts(settings())) == {"command": [], "webhook": "", "mail": None}


def test_the_operator_s_certificate_is_a_file_of_root_s(tmp_path: Path) -> None:
    make(tmp_path / "chain.pem", "app.example.org")
    chain, key = tmp_path / "chain.pem", tmp_path / "chain.pem.key"
    given = {"source": "files", "chain": str(chain), "key": str(key)}
    found = {file.path: file for file in own_files(settings(certificate=given))}
    for path, content in (("fullchain.pem", chain), ("privkey.pem", key)):
        file = found[str(LAYOUT.given_certificate / path)]
        assert (file.content, file.mode, file.user) == (content.read_bytes(), "600", 0)


def test_an_external_account_is_options_of_certbot_s_for_root_alone(tmp_path: Path) -> None:
    account = {"key_id": "kid-1", "hmac_key": written(tmp_path, f"{SECRET}\n")}
    given = settings(certificate={"external_account": account})
    assert host_config(given).certificate.external_account
    assert SECRET not in host_config(given).to_json()
    [file] = [file for file in own_files(given) if file.path == str(LAYOUT.external_account)]
    assert file.content == f"eab-kid = kid-1\neab-hmac-key = {SECRET}\n".encode()
    assert file.mode == "600"


@pytest.mark.parametrize("content", [f"{SECRET}\neab-kid = of another\n", f"{SECRET} {SECRET}\n"])
def test_an_hmac_key_brings_no_option_along(tmp_path: Path, content: str) -> None:
    account = {"key_id": "kid-1", "hmac_key": written(tmp_path, content)}
    assert told(certificate={"external_account": account}) == (
        ".certificate.external_account: hmac_key: the file must hold the key in one line and"
        " nothing else"
    )
