"""A certificate that the operator provides: refused with the reason, and never with its content."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.settings import SettingsError, load, operators_certificate
from tests.unit.operations.certificates import authority, make

DOMAIN = "app.example.org"
GOOD: dict[str, Any] = {"domain": DOMAIN, "email": "you@example.org"}
OF_THE_KEY = "certificate.key: no PEM private key without a password"


def files(folder: Path, *names: str, **how: Any) -> dict[str, Any]:
    """The settings with a certificate of these names, as the operator would give them."""
    chain = folder / "chain.pem"
    make(chain, *(names or (DOMAIN,)), **how)
    return {"source": "files", "chain": str(chain), "key": f"{chain}.key"}


def refused(certificate: dict[str, Any], **settings: Any) -> str:
    """Why it is refused, in one line that shows nothing of the files."""
    with pytest.raises(SettingsError) as error:
        load(GOOD | {"certificate": certificate} | settings, "one")
    [line] = error.value.lines
    assert "\n" not in line
    for name in ("chain", "key"):
        content = Path(certificate[name]).read_text(errors="replace")
        assert not [word for word in content.split() if len(word) > 12 and word in line]
    return line.removeprefix("one: settings: ")


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
    assert "is not signed by the one after it" in str(refused(wanted))


def test_certificates_in_another_order_are_refused(tmp_path: Path) -> None:
    ca = authority("ca.example.org")
    wanted = files(tmp_path, by=ca)
    chain = Path(wanted["chain"])
    chain.write_bytes(ca.pem + chain.read_bytes())
    assert refused(wanted) == "certificate.key: is not the key of the first certificate in chain"


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    other = files(tmp_path / "other")
    told = refused(files(tmp_path) | {"key": other["key"]})
    assert told == "certificate.key: is not the key of the first certificate in chain"


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
    assert told == f"certificate.chain: its first certificate lacks {lacking}"


def test_a_certificate_without_alternative_names_is_for_nobody(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    command = ["openssl", "req", "-x509", "-key", wanted["key"], "-subj", f"/CN={DOMAIN}"]
    subprocess.run([*command, "-out", wanted["chain"]], check=True, capture_output=True)
    assert refused(wanted) == f"certificate.chain: its first certificate lacks {DOMAIN}"


def test_a_certificate_that_has_ended_is_refused_with_its_day(tmp_path: Path) -> None:
    assert refused(files(tmp_path, days=1, ago=400)).startswith("certificate.chain: ended at 20")


def test_a_certificate_that_has_not_begun_is_refused_with_its_day(tmp_path: Path) -> None:
    assert refused(files(tmp_path, days=9, ago=-5)).startswith("certificate.chain: begins at 20")


def test_words_between_the_certificates_are_left_out(tmp_path: Path) -> None:
    chain = Path(files(tmp_path)["chain"])
    alone = chain.read_bytes()
    chain.write_bytes(b"Bag Attributes\n    friendlyName: \xfc\n" + alone)
    assert operators_certificate.pem(chain) == alone


@pytest.mark.parametrize("content", [b"it is no certificate at all\n", b"\xff\xfe\x00binary\n"])
def test_a_chain_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    wanted = files(tmp_path)
    Path(wanted["chain"]).write_bytes(content)
    assert refused(wanted).startswith("certificate.chain: no PEM certificates: ")


def test_a_chain_that_is_damaged_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    chain = Path(wanted["chain"])
    chain.write_text(chain.read_text().replace("M", "A", 3))
    assert refused(wanted).startswith("certificate.")


@pytest.mark.parametrize(
    "content", [b"do-not-show-me-at-all\n", b"\xff\xfe-secret-secret\n", b"-----BEGIN PRIVATE KEY-"]
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    wanted = files(tmp_path)
    Path(wanted["key"]).write_bytes(content)
    assert refused(wanted) == OF_THE_KEY


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    locked = tmp_path / "locked.key"
    command = ["openssl", "pkey", "-in", wanted["key"], "-aes256", "-passout", "pass:secret"]
    subprocess.run([*command, "-out", locked], check=True, capture_output=True)
    assert refused(wanted | {"key": str(locked)}) == OF_THE_KEY


def test_a_key_of_a_curve_that_no_client_takes_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    odd, chain = str(tmp_path / "odd.key"), str(tmp_path / "odd.pem")
    for command in (["ecparam", "-name", "secp112r1", "-genkey", "-noout", "-out", odd],
                    ["req", "-x509", "-key", odd, "-subj", "/CN=x", "-out", chain]):  # fmt: skip
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    assert refused(wanted | {"key": odd}) == OF_THE_KEY
    told = refused(wanted | {"chain": chain})
    assert told == "certificate.chain: its first certificate has a key that no client would take"


@pytest.mark.parametrize("lacking", ["chain", "key"])
def test_both_files_are_needed(tmp_path: Path, lacking: str) -> None:
    wanted = files(tmp_path)
    del wanted[lacking]
    with pytest.raises(SettingsError, match=f"source files needs {lacking}$"):
        load(GOOD | {"certificate": wanted}, "one")


def test_another_source_looks_at_no_file(tmp_path: Path) -> None:
    wanted = files(tmp_path, "other.example.org") | {"source": "acme"}
    assert load(GOOD | {"certificate": wanted}, "one").certificate.source == "acme"
