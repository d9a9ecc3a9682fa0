"""Real certificates."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

# Python 3.13 trusts no CA without it (VERIFY_X509_STRICT).
MAY_SIGN = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Authority:
    """Who signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make(
    path: Path,
    *names: str,
    days: int = 90,
    ago: float = 0,
    by: Authority | None = None,
    use: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> Authority:
    """Writes a certificate of these names and addresses that began `ago` days before now.

    Its key stands beside it, as `<path>.key`. It signs itself, unless an authority is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _signed(names, days, ago, by, use=use)
    path.write_bytes(made.pem)
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.with_name(f"{path.name}.key").write_bytes(key)
    return made


def authority(name: str, by: Authority | None = None) -> Authority:
    """A CA, or an intermediate one."""
    return _signed([name], 3650, 0, by, ca=True)


def _signed(
    names: tuple[str, ...] | list[str],
    days: int,
    ago: float,
    by: Authority | None,
    *,
    ca: bool = False,
    use: x509.ObjectIdentifier | None = None,
) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])] if names else []
    )
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=ago)
    public = key.public_key()
    builder = (
        x509.CertificateBuilder(by.certificate.subject if by else subject, subject, public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if by:
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
        builder = builder.add_extension(known, critical=False)
    if ca:
        builder = builder.add_extension(MAY_SIGN, critical=True)
    if use:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    if names and not ca:
        alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return Authority(builder.sign(by.key if by else key, hashes.SHA256()), key)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
