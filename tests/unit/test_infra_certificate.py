"""The certificate: what certbot is asked, and what stands of it on the host."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.certificate import LOCK, venv
from infra.inventory import load
from infra.onhost import certificate, layout, nginx, x509
from infra.onhost.config import HostConfig
from infra.programs import host_config
from tests.unit.operations.certificates import make

DOMAIN = "app.example.org"
CONFIG = host_config(load({"domain": DOMAIN, "email": "you@example.org"}, "one"))
ACME = "https://acme-v02.api.letsencrypt.org/directory"


def test_the_first_certificate_is_asked_for_by_webroot() -> None:
    assert certificate.issue_command(CONFIG, force=False) == [
        *("/opt/certbot/bin/certbot", "certonly", "--non-interactive", "--agree-tos"),
        *("--email", "you@example.org", "--server", ACME),
        *("--webroot", "--webroot-path", "/var/lib/slipway/webroot"),
        *("--cert-name", DOMAIN, "--domain", DOMAIN, "--key-type", "ecdsa"),
        *("--deploy-hook", "/usr/local/sbin/slipway certificate-install"),
    ]


def test_a_certificate_of_another_ca_is_replaced_at_once() -> None:
    plain = certificate.issue_command(CONFIG, force=False)
    assert certificate.issue_command(CONFIG, force=True) == [*plain, "--force-renewal"]


def test_a_renewal_leaves_it_to_certbot_whether_it_is_time() -> None:
    assert certificate.renew_command(CONFIG) == [
        *("/opt/certbot/bin/certbot", "renew", "--non-interactive"),
        *("--no-random-sleep-on-renew", "--cert-name", DOMAIN),
    ]


RENEWAL = f"""# renew_before_expiry = 30 days
version = 5.8.0
cert = /etc/letsencrypt/live/{DOMAIN}/cert.pem
[renewalparams]
server = {ACME}
key_type = ecdsa
account = 0123=4567 = 89
"""


def test_certbot_s_parameters_are_read() -> None:
    found = certificate.renewal_parameters(RENEWAL.splitlines())
    assert found["server"] == ACME
    assert found["key_type"] == "ecdsa"
    assert found["account"] == "0123=4567 = 89"
    assert "[renewalparams]" not in found


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


@pytest.fixture
def lineage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What certbot left on the host."""
    monkeypatch.setattr(layout, "LETSENCRYPT", tmp_path)
    chain = tmp_path / "live" / DOMAIN / "fullchain.pem"
    make(chain, DOMAIN)
    renewal = tmp_path / "renewal" / f"{DOMAIN}.conf"
    renewal.parent.mkdir()
    renewal.write_text(RENEWAL)
    return SimpleNamespace(chain=chain, renewal=renewal)


def test_a_lineage_of_the_settings_matches(lineage: SimpleNamespace) -> None:
    assert lineage.chain.exists()
    assert certificate.matches(CONFIG)


@pytest.mark.usefixtures("lineage")
@pytest.mark.parametrize(
    "change", [{"acme_directory": f"{ACME}2"}, {"key_type": "rsa"}, {"domain": "b.example.org"}]
)
def test_a_lineage_of_other_settings_does_not_match(change: dict[str, str]) -> None:
    assert not certificate.matches(HostConfig(**(vars(CONFIG) | change)))


def test_a_lineage_of_other_names_does_not_match(lineage: SimpleNamespace) -> None:
    make(lineage.chain, DOMAIN, "www.example.org")
    assert not certificate.matches(CONFIG)


@pytest.mark.parametrize("lost", ["chain", "renewal"])
def test_a_lineage_that_lacks_a_file_does_not_match(lineage: SimpleNamespace, lost: str) -> None:
    getattr(lineage, lost).unlink()
    assert not certificate.matches(CONFIG)


def test_certbot_s_directory_is_named_after_its_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert venv().parent == layout.CERTBOT_VENVS
    before = venv()
    monkeypatch.setattr("infra.certificate.LOCK", LOCK.with_name("app.txt"))
    assert venv() != before


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nginx reads certificate and key."""
    folder = tmp_path / "tls"
    folder.mkdir()
    monkeypatch.setattr(layout, "TLS", folder)
    monkeypatch.setattr(layout, "TLS_CERTIFICATE", folder / "fullchain.pem")
    monkeypatch.setattr(layout, "TLS_KEY", folder / "privkey.pem")
    return folder


@needs_root
def test_the_placeholder_is_for_nginx_s_eyes_and_made_once(tls: Path) -> None:
    certificate.placeholder(CONFIG)
    assert sorted(path.name for path in tls.iterdir()) == ["fullchain.pem", "privkey.pem"]
    for path in tls.iterdir():
        found = path.stat()
        assert (found.st_mode & 0o7777, found.st_uid) == (0o640, 0)
        assert found.st_gid == layout.NGINX_UID
    made = x509.read(tls / "fullchain.pem")
    assert made.names == {DOMAIN}
    certificate.placeholder(CONFIG)
    assert x509.read(tls / "fullchain.pem") == made


@pytest.mark.usefixtures("tls")
def test_a_host_without_a_certificate_has_all_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "LETSENCRYPT", tmp_path)
    assert set(certificate.state(CONFIG).values()) == {False}


@pytest.mark.parametrize("wrong", ["", "installed", "served", "fresh"])
def test_what_is_wrong_with_the_certificate_is_told(
    lineage: SimpleNamespace, tls: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    copy = b"another" if wrong == "installed" else lineage.chain.read_bytes()
    (tls / "fullchain.pem").write_bytes(copy)
    answer = "" if wrong == "served" else x509.read(lineage.chain).fingerprint
    monkeypatch.setattr(nginx, "served", lambda _domain, _port: answer)
    monkeypatch.setattr(x509.X509, "due", lambda _self, _now: wrong == "fresh")
    found = certificate.state(CONFIG)
    assert found.keys() == {"issued", "fresh", "installed", "served"}
    assert [name for name, right in found.items() if not right] == ([wrong] if wrong else [])
