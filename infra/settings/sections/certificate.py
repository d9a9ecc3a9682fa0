"""`certificate`: where the site's certificate comes from."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, HttpUrl, model_validator

from infra.settings.fields.local_paths import LocalFile, SecretFile
from infra.settings.fields.network import HttpsUrl
from infra.settings.fields.numbers import Integer
from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.text import CertificateProfile, OneLine

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


class ExternalAccount(Section):
    """External account binding: it connects the host's ACME account with your account at the CA.

    Some CAs require it. Let's Encrypt does not. You get both values from the CA.
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
    """The certificate of the site: from a CA (by certbot and ACME), from files, or self-signed.

    Until the CA has issued the certificate, the host serves a self-signed placeholder certificate.
    When the source changes, nginx serves the old certificate until the new one is there. Let's
    Encrypt allows few certificates a week. So test a new host with its staging directory,
    `https://acme-staging-v02.api.letsencrypt.org/directory`, which allows many more. Browsers do
    not trust certificates from there.
    """

    example: ClassVar[str] = """
"certificate": {
    "source": "files",
    "chain": "secrets/chain.pem",  # the site's certificate, then the intermediates
    "key": "secrets/key.pem",
},
"""

    source: Literal["acme", "files", "self-signed"] = "acme"
    """Source of the certificate."""
    acme_directory: HttpsUrl = HttpUrl(LETS_ENCRYPT)
    """URL of the CA's ACME directory. The default is Let's Encrypt."""
    external_account: ExternalAccount | None = None
    """External account binding (EAB), for CAs that require it."""
    profile: CertificateProfile | None = None
    """Profile of the certificate, from the list in the CA's directory. The default is the CA's
    default. For an IP address it is `shortlived`: Let's Encrypt has no other profile for
    addresses."""
    key_type: Literal["ecdsa", "rsa"] = "ecdsa"
    """Type of the private key."""
    chain: LocalFile | None = None
    """For source `files`: PEM file with the site's certificate first, and the intermediate
    certificates after it."""
    key: SecretFile | None = None
    """For source `files`: PEM file with the private key, without a password."""
    check_names: bool = True
    """Whether the host checks DNS, port 80 and CAA before it asks the CA. Use `False` if the host
    cannot reach itself in the way that the CA reaches it, for example through a load balancer."""
    weekly_limit: Annotated[Integer, Field(ge=1, le=1000)] = 5
    """Largest number of certificates for the same names in seven days. The host does not ask the CA
    for more. The default is the limit of Let's Encrypt."""

    @model_validator(mode="after")
    def _files_are_given(self) -> Self:
        missing = [name for name in ("chain", "key") if getattr(self, name) is None]
        if self.source == "files" and missing:
            needed = " and ".join(f"certificate.{name}" for name in missing)
            raise FieldError("source", f'"files" needs {needed}')
        return self
