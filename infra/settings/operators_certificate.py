"""A certificate that the operator provides: whether it fits the site, before a host is touched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from infra.onhost.services.openssl import covers
from infra.settings.fields.section import FieldError

CHAIN = "certificate.chain"
KEY = "certificate.key"


def check(chain: Path, key: Path, names: Sequence[str]) -> None:
    """Raises FieldError unless chain and key fit each other, the names and today's date."""
    try:
        certificates = x509.load_pem_x509_certificates(chain.read_bytes())
    except ValueError as error:
        raise FieldError(CHAIN, f"the file contains no PEM certificates: {error}") from None
    certificate = certificates[0]
    if _key_of(key) != _public_of(certificate):
        raise FieldError(KEY, "is not the key of the first certificate in certificate.chain")
    for one, next_one in pairwise(certificates):
        _check_signed(one, next_one)
    _check_names(certificate, names)
    _check_dates(certificate)


def pem(chain: Path) -> bytes:
    """The certificates of a chain and nothing else: some programs write text between them."""
    certificates = x509.load_pem_x509_certificates(chain.read_bytes())
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _check_signed(certificate: x509.Certificate, by: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise FieldError(
            CHAIN,
            f"{certificate.subject.rfc4514_string() or 'a certificate'} is not signed by the"
            " next one in the file: put the site's certificate first, and each issuer after it",
        ) from None


def _check_names(certificate: x509.Certificate, names: Sequence[str]) -> None:
    own = _names_of(certificate)
    missing = [name for name in names if not covers(own, name)]
    if missing:
        raise FieldError(CHAIN, f"the first certificate is not valid for {', '.join(missing)}")


def _check_dates(certificate: x509.Certificate) -> None:
    begin, end, now = (
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        datetime.now(UTC),
    )
    if begin > now:
        raise FieldError(CHAIN, f"the first certificate is not valid before {begin:%Y-%m-%d}")
    if end < now:
        raise FieldError(CHAIN, f"the first certificate expired on {end:%Y-%m-%d}")


def _names_of(certificate: x509.Certificate) -> set[str]:
    """The names and addresses in a certificate, in lower case."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    names = {name.lower() for name in found.get_values_for_type(x509.DNSName)}
    return names | {str(address) for address in found.get_values_for_type(x509.IPAddress)}


def _key_of(path: Path) -> bytes:
    """The public half of a private key. A refusal never shows the file's content."""
    try:
        return _public(load_pem_private_key(path.read_bytes(), None).public_key())
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise FieldError(
            KEY, "the file must contain a PEM private key without a password"
        ) from None


def _public_of(certificate: x509.Certificate) -> bytes:
    try:
        return _public(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        raise FieldError(
            CHAIN, "clients do not support the key type of the first certificate"
        ) from None


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]  # every type of key has it
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
