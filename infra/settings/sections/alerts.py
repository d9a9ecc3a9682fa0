"""`alerts`: who hears of a unit that fails."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import EmailStr, Field, model_validator

from infra.settings.fields.local_paths import SecretFile
from infra.settings.fields.network import MailServer
from infra.settings.fields.numbers import Integer
from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.text import Argument, OneLine

WEBHOOK = re.compile(rb"https://[!-~]+")  # printable ASCII: what comes after is up to the webhook


class Mail(Section):
    """The mail server (SMTP) that the alerts are sent through.

    The host needs no mail server of its own. With a provider, use port 587 and an account there.
    """

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
    """Port of the server. On port 465 the connection uses TLS at once. On other ports it uses
    STARTTLS if the server offers it. A password is never sent without TLS."""
    sender: EmailStr | None = None
    """Sender address of the alerts. The default is `to`."""
    user: OneLine | None = None
    """User name at the server. Without it, the host does not log in."""
    password: SecretFile | None = None
    """Local file with the password of `user`."""

    @model_validator(mode="after")
    def _login_is_complete(self) -> Self:
        for missing, given in (("user", "password"), ("password", "user")):
            if getattr(self, missing) is None and getattr(self, given) is not None:
                reason = f"is missing, but alerts.mail.{given} is set: set both or none"
                raise FieldError(missing, reason)
        return self


class Alerts(Section):
    """Where the host sends a message when a systemd unit of Slipway fails, or when a check finds a
    problem: one message when it begins, and one when it is over.

    Set one of these, several or none. `bin/slipway status` always shows problems. The address of a
    webhook is a secret, so it is in a file.
    """

    example: ClassVar[str] = """
"alerts": {"webhook": "secrets/webhook", "command": ["/usr/local/bin/page-me", "--urgent"]},
"""

    command: tuple[Argument, ...] = ()
    """A program on the host, with its arguments. It runs as root, and reads the text of the alert
    on its standard input."""
    webhook: SecretFile | None = None
    """Local file with an `https://` address. The host sends the alert there by POST, as JSON:
    `{"text": "..."}`."""
    mail: Mail | None = None
    """The mail server (SMTP) that the alerts are sent through."""

    @model_validator(mode="after")
    def _webhook_is_an_address(self) -> Self:
        if self.webhook and not WEBHOOK.fullmatch(self.webhook.read_bytes().strip(b"\r\n")):
            raise FieldError(
                "webhook", "the file must contain one https:// address and nothing else"
            )
        return self
