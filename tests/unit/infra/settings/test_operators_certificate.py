"""An operator's certificate fits the site: its names, dates, chain and key."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.settings import load
from tests.support.operations.certificates import authority
from tests.support.operators_certificate import CHAIN, DOMAIN, KEY, files, refused
from tests.support.settings import GOOD


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([DOMAIN], {}),
        (["APP.example.org"], {}),
        ([DOMAIN, "www.example.org"], {}),
        (["*.example.org"], {"aliases": ["www.example.org"]}),
        ([DOMAIN, "*.example.com"], {"aliases": ["www.example.com"]}),
        (["192.0.2.1"], {"domain": "192.0.2.1"}),
    ],
)
def test_a_certificate_of_the_site_is_taken(
    tmp_path: Path, names: list[str], wanted: dict[str, Any]
) -> None:
    settings = load(GOOD | wanted | {"certificate": files(tmp_path, *names)}, "one")
    assert settings.certificate.chain == tmp_path / "chain.pem"


def test_what_links_it_to_its_ca_may_follow(tmp_path: Path) -> None:
    ca = authority("ca.example.org")
    wanted = files(tmp_path, by=ca)
    with Path(wanted["chain"]).open("ab") as chain:
        chain.write(ca.pem)
    assert load(GOOD | {"certificate": wanted}, "one")


def test_a_chain_with_a_link_of_another_ca_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path, by=authority("ca.example.org"))
    with Path(wanted["chain"]).open("ab") as chain:
        chain.write(authority("other.example.org").pem)
    assert "is not signed by the next one in the file" in str(refused(wanted))


def test_certificates_in_another_order_are_refused(tmp_path: Path) -> None:
    ca = authority("ca.example.org")
    wanted = files(tmp_path, by=ca)
    chain = Path(wanted["chain"])
    chain.write_bytes(ca.pem + chain.read_bytes())
    assert refused(wanted) == f"{KEY}: is not the key of the first certificate in certificate.chain"


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    other = files(tmp_path / "other")
    told = refused(files(tmp_path) | {"key": other["key"]})
    assert told == f"{KEY}: is not the key of the first certificate in certificate.chain"


@pytest.mark.parametrize(
    ("names", "wanted", "lacking"),
    [
        (["www.example.org"], {}, DOMAIN),
        ([DOMAIN], {"aliases": ["a.example.org", "b.example.org"]}, "a.example.org, b.example.org"),
        (["*.example.org"], {"aliases": ["example.org"]}, "example.org"),
        (["*.example.org"], {"aliases": ["a.b.example.org"]}, "a.b.example.org"),
        (["192.0.2.2"], {"domain": "192.0.2.1"}, "192.0.2.1"),
    ],
)
def test_a_name_that_it_lacks_is_named(
    tmp_path: Path, names: list[str], wanted: dict[str, Any], lacking: str
) -> None:
    told = refused(files(tmp_path, *names), **wanted)
    assert told == f"{CHAIN}: the first certificate is not valid for {lacking}"


def test_a_certificate_without_alternative_names_is_for_nobody(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    command = ["openssl", "req", "-x509", "-key", wanted["key"], "-subj", f"/CN={DOMAIN}"]
    subprocess.run([*command, "-out", wanted["chain"]], check=True, capture_output=True)
    assert refused(wanted) == f"{CHAIN}: the first certificate is not valid for {DOMAIN}"


def test_a_certificate_that_has_ended_is_refused_with_its_day(tmp_path: Path) -> None:
    assert refused(files(tmp_path, days=1, ago=400)).startswith(
        f"{CHAIN}: the first certificate expired on 20"
    )


def test_a_certificate_that_has_not_begun_is_refused_with_its_day(tmp_path: Path) -> None:
    assert refused(files(tmp_path, days=9, ago=-5)).startswith(
        f"{CHAIN}: the first certificate is not valid before 20"
    )


def test_another_source_looks_at_no_file(tmp_path: Path) -> None:
    wanted = files(tmp_path, "other.example.org") | {"source": "acme"}
    assert load(GOOD | {"certificate": wanted}, "one").certificate.source == "acme"
