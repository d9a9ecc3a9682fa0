"""What is read of certificates, and when one is due."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.onhost.command import Failure
from infra.onhost.services import openssl
from tests.support.operations.certificates import make

DOMAIN = "app.example.org"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fingerprint(path: Path) -> str:
    shown = subprocess.check_output(
        ["openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha256"], text=True
    )
    return shown.strip().partition("=")[2].replace(":", "").lower()


@pytest.mark.parametrize("days", [6, 90, 398])
def test_names_lifetime_and_fingerprint_are_read(tmp_path: Path, days: int) -> None:
    path = tmp_path / "a b.pem"
    make(path, DOMAIN, "www.example.org", days=days)
    found = openssl.read(path)
    assert found.names == {DOMAIN, "www.example.org"}
    assert found.ends - found.begins == timedelta(days=days)
    assert abs(datetime.now(UTC) - found.begins) < timedelta(minutes=5)
    assert found.fingerprint == fingerprint(path)


def test_of_a_chain_the_first_certificate_is_read(tmp_path: Path) -> None:
    leaf, root, chain = tmp_path / "leaf.pem", tmp_path / "root.pem", tmp_path / "chain.pem"
    make(leaf, DOMAIN)
    make(root, "ca.example.org")
    chain.write_text(leaf.read_text() + root.read_text())
    assert openssl.read(chain) == openssl.read(leaf)


@pytest.mark.parametrize("text", [None, "", "-----BEGIN CERTIFICATE-----\n"])
def test_a_file_without_a_certificate_is_a_failure(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "a.pem").write_text(text)
    with pytest.raises(Failure, match="openssl x509"):
        openssl.read(tmp_path / "a.pem")


@pytest.mark.parametrize(
    ("lifetime", "left", "due"),
    [
        (timedelta(days=90), timedelta(days=30, seconds=1), False),
        (timedelta(days=90), timedelta(days=30), False),
        (timedelta(days=90), timedelta(days=30, seconds=-1), True),
        (timedelta(days=10), timedelta(days=4), False),  # not short any more
        (timedelta(days=6), timedelta(days=3), False),
        (timedelta(days=6), timedelta(days=3, seconds=-1), True),
        (timedelta(days=90), timedelta(days=-1), True),
    ],
)
def test_a_certificate_is_due_when_a_third_or_half_of_a_short_life_is_left(
    lifetime: timedelta, left: timedelta, due: bool
) -> None:
    found = openssl.Certificate(frozenset({DOMAIN}), NOW + left - lifetime, NOW + left, "")
    assert found.renewal_due(NOW) is due


def test_openssl_s_dates_and_names_are_understood() -> None:
    shown = """notBefore=2026-01-02 03:04:05Z
notAfter=2026-04-02 03:04:04Z
X509v3 Subject Alternative Name:
    DNS:app.example.org, DNS:www.example.org, IP Address:192.0.2.1
"""
    found = openssl.parse(shown, "f")
    assert found.begins == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found.ends == datetime(2026, 4, 2, 3, 4, 4, tzinfo=UTC)
    assert found.names == {DOMAIN, "www.example.org", "192.0.2.1"}


@pytest.mark.parametrize("name", [DOMAIN, "other.example.org"])
def test_a_wildcard_covers_one_label_and_no_more(tmp_path: Path, name: str) -> None:
    make(tmp_path / "a.pem", "*.Example.org")
    found = openssl.read(tmp_path / "a.pem")
    assert found.covers(name)
    assert not found.covers("example.org")
    assert not found.covers(f"www.{name}")


def test_line_ends_of_windows_are_read_alike(tmp_path: Path) -> None:
    make(tmp_path / "a.pem", DOMAIN)
    text = (tmp_path / "a.pem").read_text()
    wanted = openssl.read(tmp_path / "a.pem")
    assert openssl.read_text(text.replace("\n", "\r\n")) == wanted
    assert openssl.fingerprint(text.replace("\n", "\r\n")) == wanted.fingerprint


def test_what_holds_no_certificate_has_no_fingerprint() -> None:
    assert openssl.fingerprint("") == openssl.fingerprint("-----BEGIN CERTIFICATE-----\n") == ""
