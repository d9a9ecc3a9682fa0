"""A certificate that the operator provides: whether it is of the site, before a host is touched."""

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


def check(chain: Path, key: Path, names: list[str]) -> None:
    """Raises ValueError, naming the setting, unless chain and key fit each other and the names."""
    try:
        certificates = x509.load_pem_x509_certificates(chain.read_bytes())
    except ValueError as error:
        raise ValueError(f"certificate.chain: no PEM certificates: {error}") from None
    certificate = certificates[0]
    if _key_of(key) != _public_of(certificate):
        raise ValueError("certificate.key: is not the key of the first certificate in chain")
    for one, next_one in pairwise(certificates):
        _signed(one, next_one)
    lacking = [name for name in names if not covers(certificate, name)]
    if lacking:
        raise ValueError(f"certificate.chain: its first certificate lacks {', '.join(lacking)}")
    if certificate.not_valid_before_utc > datetime.now(UTC):
        raise ValueError(
            f"certificate.chain: begins at {certificate.not_valid_before_utc:%Y-%m-%d}"
        )
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise ValueError(f"certificate.chain: ended at {certificate.not_valid_after_utc:%Y-%m-%d}")


def _signed(certificate: x509.Certificate, by: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise ValueError(
            f"certificate.chain: {certificate.subject.rfc4514_string() or 'a certificate'} is not"
            " signed by the one after it: put the site's first, then each one's issuer"
        ) from None


def pem(chain: Path) -> bytes:
    """The certificates of a chain and nothing else: some programs write words between them."""
    certificates = x509.load_pem_x509_certificates(chain.read_bytes())
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether the certificate names it, itself or by a wildcard for its first label."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    named = {label.lower() for label in found.get_values_for_type(x509.DNSName)}
    named |= {str(address) for address in found.get_values_for_type(x509.IPAddress)}
    return bool(named & {name, f"*.{name.partition('.')[2]}"})


def _key_of(path: Path) -> bytes:
    """The public half of a private key; what is wrong with it never shows the file's content."""
    try:
        return _public(load_pem_private_key(path.read_bytes(), None).public_key())
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ValueError("certificate.key: no PEM private key without a password") from None


def _public_of(certificate: x509.Certificate) -> bytes:
    try:
        return _public(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("certificate.chain: its first certificate has a key that no client"
                         " would take") from None  # fmt: skip


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]  # every kind of key has it
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
