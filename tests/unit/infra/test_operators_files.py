"""What the operator gives for certificate and alerts, as files for root alone on the host."""

import json
from pathlib import Path

from infra.certificate import alerts, own_files
from infra.onhost.layout import LAYOUT
from infra.programs import host_config
from tests.support.operations.certificates import make
from tests.support.settings import SECRET, settings, written


def test_alerts_are_a_file_with_the_secrets_in_it(tmp_path: Path) -> None:
    address = "https://hooks.example.org/a?b=c"
    mail = {"to": "me@example.org", "server": "mail.example.org"}
    login = {"user": "me", "password": written(tmp_path, f"{SECRET}\n")}
    webhook = written(tmp_path, address + "\n")
    given = settings(
        alerts={"command": ["logger", "a b"], "webhook": webhook, "mail": mail | login}
    )
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
    found = {(file.path, file.mode, file.content) for file in own_files(given)}
    places = (LAYOUT.alerts, LAYOUT.alerts_copy)
    assert found == {(str(path), "600", alerts(given).encode()) for path in places}


def test_without_alerts_nobody_is_told() -> None:
    assert json.loads(alerts(settings())) == {"command": [], "webhook": "", "mail": None}


def test_the_operator_s_certificate_is_two_files(tmp_path: Path) -> None:
    make(tmp_path / "chain.pem", "app.example.org")
    chain, key = tmp_path / "chain.pem", tmp_path / "chain.pem.key"
    given = {"source": "files", "chain": str(chain), "key": str(key)}
    found = {file.path: file for file in own_files(settings(certificate=given))}
    for path, content in (("fullchain.pem", chain), ("privkey.pem", key)):
        file = found[str(LAYOUT.given_certificate / path)]
        assert (file.content, file.mode, file.user) == (content.read_bytes(), "600", 0)


def test_an_external_account_is_a_file_of_certbot_s_options(tmp_path: Path) -> None:
    account = {"key_id": "kid-1", "hmac_key": written(tmp_path, f"{SECRET}\n")}
    given = settings(certificate={"external_account": account})
    assert host_config(given).certificate.external_account
    assert SECRET not in host_config(given).to_json()
    [file] = [file for file in own_files(given) if file.path == str(LAYOUT.external_account)]
    assert file.content == f"eab-kid = kid-1\neab-hmac-key = {SECRET}\n".encode()
    assert file.mode == "600"
