"""Files that hold no certificate or no key: the reason is told, the content never."""

import subprocess
from pathlib import Path

import pytest

from infra.settings import operators_certificate
from tests.support.operators_certificate import CHAIN, KEY, files, refused

NO_KEY = f"{KEY}: the file must contain a PEM private key without a password"


def test_words_between_the_certificates_are_left_out(tmp_path: Path) -> None:
    chain = Path(files(tmp_path)["chain"])
    alone = chain.read_bytes()
    chain.write_bytes(b"Bag Attributes\n    friendlyName: \xfc\n" + alone)
    assert operators_certificate.pem(chain) == alone


@pytest.mark.parametrize("content", [b"it is no certificate at all\n", b"\xff\xfe\x00binary\n"])
def test_a_chain_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    wanted = files(tmp_path)
    Path(wanted["chain"]).write_bytes(content)
    assert refused(wanted).startswith(f"{CHAIN}: the file contains no PEM certificates: ")


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
    assert refused(wanted) == NO_KEY


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    locked = tmp_path / "locked.key"
    command = ["openssl", "pkey", "-in", wanted["key"], "-aes256", "-passout", "pass:secret"]
    subprocess.run([*command, "-out", locked], check=True, capture_output=True)
    assert refused(wanted | {"key": str(locked)}) == NO_KEY


def test_a_key_of_a_curve_that_no_client_takes_is_refused(tmp_path: Path) -> None:
    wanted = files(tmp_path)
    odd, chain = str(tmp_path / "odd.key"), str(tmp_path / "odd.pem")
    for command in (
        ["ecparam", "-name", "secp112r1", "-genkey", "-noout", "-out", odd],
        ["req", "-x509", "-key", odd, "-subj", "/CN=x", "-out", chain],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    assert refused(wanted | {"key": odd}) == NO_KEY
    told = refused(wanted | {"chain": chain})
    assert told == f"{CHAIN}: clients do not support the key type of the first certificate"
