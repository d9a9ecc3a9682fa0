"""`certificate`: where the site's certificate comes from."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, HttpUrl, model_validator

from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.types import (
    CertificateProfile,
    HttpsUrl,
    Integer,
    LocalFile,
    OneLine,
    SecretFile,
)

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


class ExternalAccount(Section):
    """External account binding: it ties the host's ACME account to your account at the CA.

    Some CAs ask for it, Let's Encrypt does not. The CA gives you both values.
    """

    example: ClassVar[str] = """
"certificate": {
    "acme_directory": "https://acme.example.com/directory",
    "external_account": {"key_id": "kid-1", "hmac_key": "secrets/hmac_key"},
},
"""

    key_id: OneLine
    """Key identifier from the CA."""
    hmac_key: SecretFile
    """Local file with the HMAC key from the CA."""

    @model_validator(mode="after")
    def _key_has_one_line(self) -> Self:
        if len(self.hmac_key.read_text(errors="replace").split()) != 1:
            raise FieldError(
                "hmac_key", "the file must contain the key in one line and nothing else"
            )
        return self


class Certificate(Section):
    """The certificate of the site: from an ACME server by certbot, from files, or self-signed.

    Until the ACME server has issued the certificate, the host serves a placeholder certificate
    that it signs itself. When the source changes, the old certificate stays until the new one is
    there. Try a new host against the staging directory of Let's Encrypt,
    `https://acme-staging-v02.api.letsencrypt.org/directory`: its limits are much higher, and no
    browser trusts its certificates.
    """

    example: ClassVar[str] = """
"certificate": {
    "source": "files",
    "chain": "secrets/chain.pem",  # the site's certificate first, then its CA's
    "key": "secrets/key.pem",
},
"""

    source: Literal["acme", "files", "self-signed"] = "acme"
    """Where the certificate comes from."""
    acme_directory: HttpsUrl = HttpUrl(LETS_ENCRYPT)
    """ACME directory of the CA. The default is Let's Encrypt's for production."""
    external_account: ExternalAccount | None = None
    """External account binding, for CAs that ask for it."""
    profile: CertificateProfile | None = None
    """Profile of the certificate, one of those in the CA's directory. The default is the CA's own;
    for an IP address it is `shortlived`, since Let's Encrypt has no other for it."""
    key_type: Literal["ecdsa", "rsa"] = "ecdsa"
    """Type of the private key."""
    chain: LocalFile | None = None
    """For source `files`: PEM file with the site's certificate, and then the certificates that
    link it to its CA."""
    key: SecretFile | None = None
    """For source `files`: PEM file with the private key, without a password."""
    check_names: bool = True
    """Whether the host checks DNS, port 80 and CAA before it asks the CA. Use `False` when the CA
    reaches the host in a way that the host cannot try itself, for example by a load balancer."""
    weekly_limit: Annotated[Integer, Field(ge=1, le=1000)] = 5
    """Certificates for the same names that the CA issues in seven days. The host does not ask for
    more. The default is Let's Encrypt's limit."""

    @model_validator(mode="after")
    def _files_are_given(self) -> Self:
        missing = [name for name in ("chain", "key") if getattr(self, name) is None]
        if self.source == "files" and missing:
            needed = " and ".join(f"certificate.{name}" for name in missing)
            raise FieldError("source", f'"files" needs {needed}')
        return self
