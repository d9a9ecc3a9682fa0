"""The settings of certificate, TLS and alerts: who vouches for the site, who hears of trouble."""

import re
from typing import Annotated, Literal, Self

from pydantic import EmailStr, Field, HttpUrl, StringConstraints, model_validator

from infra.app_settings import Section
from infra.setting_types import HttpsUrl, LocalFile, OneLine, SecretFile, Whole, Word

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
WEBHOOK = re.compile(rb"https://[!-~]+")  # what a URL is made of; how it goes on is the hook's own


class ExternalAccount(Section):
    """What ties the host's ACME account to one that the CA gave the operator before."""

    key_id: OneLine
    """Key identifier, as the CA gave it."""
    hmac_key: SecretFile
    """Local file with the HMAC key, as the CA gave it."""

    @model_validator(mode="after")
    def _key_is_one_word(self) -> Self:
        if len(self.hmac_key.read_text(errors="replace").split()) != 1:
            raise ValueError("hmac_key: the file must hold the key in one line and nothing else")
        return self


class Certificate(Section):
    """The certificate of the site: from an ACME server by certbot, from files, or self-signed."""

    source: Literal["acme", "files", "self-signed"] = "acme"
    """Where it comes from. While an ACME server has not issued it yet, one that the host signs
    itself is served; a change of the source keeps the old one until the new one is there."""
    acme_directory: HttpsUrl = HttpUrl(LETS_ENCRYPT)
    """ACME directory; the default is Let's Encrypt's for production, its staging is
    `https://acme-staging-v02.api.letsencrypt.org/directory`."""
    external_account: ExternalAccount | None = None
    """External account binding, for CAs that ask for it."""
    profile: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    """Profile of the certificate, one of those in the CA's directory; the default is the CA's
    own, and `shortlived` for an IP address, for which Let's Encrypt has no other."""
    key_type: Literal["ecdsa", "rsa"] = "ecdsa"
    """Type of the private key."""
    chain: LocalFile | None = None
    """PEM file with the site's certificate and those that link it to its CA, for source `files`."""
    key: SecretFile | None = None
    """PEM file with its private key, for source `files`."""
    check_names: bool = True
    """Whether DNS, port 80 and CAA are looked at before the CA is asked. `False` where the
    CA reaches the host by a path that the host cannot try itself, like a load balancer."""
    weekly_limit: Annotated[Whole, Field(ge=1, le=1000)] = 5
    """Certificates for the same names that the CA issues in seven days; one more is not asked for.
    The default is Let's Encrypt's limit."""

    @model_validator(mode="after")
    def _files_are_given(self) -> Self:
        missing = [name for name in ("chain", "key") if getattr(self, name) is None]
        if self.source == "files" and missing:
            raise ValueError(f"source files needs {' and '.join(missing)}")
        return self


class Tls(Section):
    """How HTTPS is spoken."""

    profile: Literal["intermediate", "modern"] = "intermediate"
    """Mozilla's configuration: intermediate is TLS 1.2 and 1.3, modern is 1.3 alone."""
    http3: bool = True
    """Whether HTTP/3 is offered, on the UDP port of HTTPS's number."""
    hsts: Literal["on", "off", "preload"] = "on"
    """Whether browsers are told to ask by HTTPS alone for the next two years; only while the host
    itself trusts the certificate. `preload` says so for all subdomains and asks to be built into
    browsers, which can hardly be taken back."""


class Mail(Section):
    """An SMTP server that takes the alerts."""

    to: EmailStr
    """Who gets them."""
    server: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$")]
    """Name or address of the server."""
    port: Annotated[Whole, Field(ge=1, le=65535)] = 587
    """Its port: TLS from the first byte on 465, STARTTLS elsewhere if the server offers it."""
    sender: EmailStr | None = None
    """Who they come from; the default is the one who gets them."""
    user: OneLine | None = None
    """User name at the server; without one, it is not logged in to."""
    password: SecretFile | None = None
    """Local file with the password of `user`."""

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self


class Alerts(Section):
    """What is done when a unit of Slipway fails, besides `status.py`: any of these, or nothing."""

    command: tuple[Word, ...] = ()
    """A program of the host, run by root with the text of the alert on its standard input."""
    webhook: SecretFile | None = None
    """Local file with an `https://` address to which the alert is posted as JSON:
    `{"text": "..."}`. In a file, since such addresses are secrets."""
    mail: Mail | None = None
    """An SMTP server that takes the alert."""

    @model_validator(mode="after")
    def _webhook_is_an_address(self) -> Self:
        if self.webhook and not WEBHOOK.fullmatch(self.webhook.read_bytes().strip(b"\r\n")):
            raise ValueError("webhook: the file must hold one https:// address and nothing else")
        return self
