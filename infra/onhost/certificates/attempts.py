"""What the CA was asked for: its limits count, and none of them is ever lifted.

Let's Encrypt issues five certificates for the same names in seven days and hears of five failures
in an hour (https://letsencrypt.org/docs/rate-limits/).
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import layout
from ..command import Failure
from ..config import Host
from ..services import openssl

WEEK = 7 * 86400.0
HOUR = 3600.0
FAILED_CHALLENGE = "challenges have failed"  # certbot says so
FAILURES = 5  # in an hour
KEPT_LINES = 200


@dataclass(frozen=True)
class Attempt:
    """One order at a CA: when, in seconds since 1970, for what, and whether it was granted."""

    at: float
    names: list[str]
    directory: str
    granted: bool


def read(host: Host) -> list[Attempt]:
    """The attempts so far, the oldest first; a line that was cut off is left out."""
    if not host.layout.attempts.exists():
        return []
    found = []
    for line in host.layout.attempts.read_text().splitlines()[-KEPT_LINES:]:
        try:
            found.append(Attempt(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


@contextmanager
def noted(host: Host, chain: Path) -> Iterator[None]:
    """Notes what comes of asking: a new certificate in the file, or a challenge that failed.

    Other failures, like a refused nonce, are none that the CA counts.
    """
    before = _fingerprint(chain)
    try:
        yield
    except Failure as failure:
        if FAILED_CHALLENGE in str(failure):
            _note(host, granted=False)
        raise
    if _fingerprint(chain) != before:
        _note(host, granted=True)


def _fingerprint(chain: Path) -> str:
    return openssl.fingerprint(chain.read_text()) if chain.exists() else ""


def _note(host: Host, *, granted: bool) -> None:
    directory = host.config.certificate.acme_directory
    attempt = Attempt(time.time(), sorted(host.config.names), directory, granted)
    with host.layout.attempts.open("a") as file:
        file.write(json.dumps(asdict(attempt)) + "\n")


def refusal(host: Host, now: float, *, renewal: bool) -> str:
    """Why the CA would refuse one more order now, and until when; empty when it would not.

    A renewal that the CA has advised is beyond its weekly limit: that is for the CA to say.
    """
    mine = [
        attempt
        for attempt in read(host)
        if attempt.names == sorted(host.config.names)
        and attempt.directory == host.config.certificate.acme_directory
    ]
    granted = [one.at for one in mine if one.granted and one.at > now - WEEK]
    failed = [one.at for one in mine if not one.granted and one.at > now - HOUR]
    limit = host.config.certificate.weekly_limit
    if len(granted) >= limit and not renewal:
        until = _when(granted[-limit] + WEEK)
        return (
            f"{len(granted)} certificates for these names were issued in the last seven days,"
            f" the CA's limit is {limit}: the next one is possible after {until}"
        )
    if len(failed) >= FAILURES:
        until = _when(failed[-FAILURES] + HOUR)
        return (
            f"{len(failed)} challenges have failed in the last hour: fix the cause"
            f" (journalctl --unit {layout.CERTIFICATE_UNIT}); the next attempt is possible"
            f" after {until}"
        )
    return ""


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))
