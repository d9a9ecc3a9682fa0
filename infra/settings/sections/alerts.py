"""`alerts`: who hears of a unit that fails."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import EmailStr, Field, model_validator

from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.types import Argument, Integer, MailServer, OneLine, SecretFile

WEBHOOK = re.compile(rb"https://[!-~]+")  # printable ASCII: what comes after is up to the webhook


class Mail(Section):
    """An SMTP server that takes the alerts."""

    example: ClassVar[str] = """
"alerts": {
    "mail": {
        "to": "you@example.org",
        "server": "smtp.example.com",
        "user": "you@example.org",
        "password": "secrets/smtp_password",
    },
},
"""

    to: EmailStr
    """Address that gets the alerts."""
    server: MailServer
    """Name or address of the server."""
    port: Annotated[Integer, Field(ge=1, le=65535)] = 587
    """Port of the server. On 465 TLS is used from the first byte; on others STARTTLS is used when
    the server offers it."""
    sender: EmailStr | None = None
    """Address that the alerts come from. The default is `to`."""
    user: OneLine | None = None
    """User name at the server. Without one, there is no login."""
    password: SecretFile | None = None
    """Local file with the password of `user`."""

    @model_validator(mode="after")
    def _login_is_complete(self) -> Self:
        for missing, given in (("user", "password"), ("password", "user")):
            if getattr(self, missing) is None and getattr(self, given) is not None:
                raise FieldError(missing, f"is missing: alerts.mail.{given} needs it")
        return self


class Alerts(Section):
    """Who hears of a unit of Slipway that fails. `bin/slipway status` shows it in any case.

    Any of these may be set, or none. The address of a webhook is a secret, so it stands in a file.
    """

    example: ClassVar[str] = """
"alerts": {"webhook": "secrets/webhook", "command": ["/usr/local/bin/page-me", "--urgent"]},
"""

    command: tuple[Argument, ...] = ()
    """Program on the host. root runs it, with the text of the alert on its standard input."""
    webhook: SecretFile | None = None
    """Local file with an `https://` address. The alert is posted there as JSON:
    `{"text": "..."}`."""
    mail: Mail | None = None
    """An SMTP server that takes the alerts."""

    @model_validator(mode="after")
    def _webhook_is_an_address(self) -> Self:
        if self.webhook and not WEBHOOK.fullmatch(self.webhook.read_bytes().strip(b"\r\n")):
            raise FieldError(
                "webhook", "the file must contain one https:// address and nothing else"
            )
        return self
