"""The ways of an alert: a command of the host, a web hook, mail."""

import http.client
import json
import smtplib
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from ..layout import Layout

TIMEOUT = 20  # seconds, for each way
ERRORS = (OSError, ValueError, smtplib.SMTPException, subprocess.SubprocessError)


def reason(error: Exception) -> str:
    """What went wrong, without the words of the command: they may hold what nobody shall read."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"exit code {error.returncode}: {''.join(error.stderr.splitlines()[-1:])}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"still runs after {TIMEOUT} s"
    if isinstance(error, UnicodeError):  # it would show what it cannot encode, of a password too
        return type(error).__name__
    return f"{type(error).__name__}: {error}"


def _command(_layout: Layout, words: list[str], subject: str, text: str) -> None:
    subprocess.run(
        words,
        input=f"{subject}\n\n{text}",
        text=True,
        errors="replace",
        check=True,
        timeout=TIMEOUT,
        capture_output=True,
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would lose the text on the way, or carry it over plain HTTP."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is an error."""


def _webhook(layout: Layout, url: str, subject: str, text: str) -> None:
    body = json.dumps({"text": f"{subject}\n\n{text}"}).encode()
    trust = ssl.create_default_context(cafile=layout.ca_bundle)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), _Stay)
    try:
        request = urllib.request.Request(  # noqa: S310  https alone, by the settings
            url, body, {"Content-Type": "application/json"}
        )
        opener.open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"answered {error.code}") from None
    except (ValueError, http.client.HTTPException) as error:  # they quote the address
        raise OSError(f"cannot be reached: {type(error).__name__}") from None


def _mail(layout: Layout, way: dict[str, Any], subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, way["sender"], way["to"]
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=socket.gethostname())
    message.set_content(text)
    trust = ssl.create_default_context(cafile=layout.ca_bundle)
    first = way["port"] == smtplib.SMTP_SSL_PORT
    with (
        smtplib.SMTP_SSL(way["server"], way["port"], timeout=TIMEOUT, context=trust)
        if first
        else smtplib.SMTP(way["server"], way["port"], timeout=TIMEOUT)
    ) as server:
        server.ehlo()
        upgraded = not first and server.has_extn("starttls")
        if upgraded:
            server.starttls(context=trust)
        if way["user"] and not (first or upgraded):
            raise ValueError(f"{way['server']} offers no TLS: the password was not sent")
        if way["user"]:
            server.login(way["user"], way["password"])
        server.send_message(message)


CHANNELS: dict[str, Callable[[Layout, Any, str, str], None]] = {
    "command": _command,
    "webhook": _webhook,
    "mail": _mail,
}
