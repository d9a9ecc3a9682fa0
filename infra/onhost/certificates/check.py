"""An independent look at what is served: on every name, a certificate that fits and does not end.

It asks nginx and nobody else: whatever went wrong before, this is what visitors get.
"""

from datetime import UTC, datetime, timedelta

from ..command import Failure, say
from ..config import Host
from ..services import nginx, openssl
from . import store

OVERDUE = 0.75  # of the renewal window is left: the timer has failed for long enough to say so

NOTICE = timedelta(days=30)  # for an operator to bring another of a long life


def check(host: Host) -> None:
    """Says what each name is served with. Raises Failure, with a line for each thing amiss."""
    names = host.config.names
    found = [f"{name}: {problem}" for name in names for problem in problems(host, name)]
    if found:
        raise Failure("\n  ".join(["certificates need attention:", *found]))


def problems(host: Host, name: str) -> list[str]:
    """What is amiss with the certificate that a name is served with."""
    chain = nginx.chain(name, host.config.https_port)
    if not chain:
        return [f"no certificate is served: see docker logs {nginx.CONTAINER}"]
    served = openssl.read_text(chain)
    record = store.record(host, host.config.domain)
    left = served.ends - datetime.now(UTC)
    say(f"{name}: {described(left)} of {described(served.lifetime)} are left")
    found = []
    if record.source == store.PLACEHOLDER:
        found.append(
            "nginx serves the placeholder certificate: slipway certificate-renew shows the reason"
        )
    if not served.covers(name):
        others = ", ".join(sorted(served.names)) or "none"
        found.append(f"the certificate is for other names: {others}")
    if served.fingerprint != openssl.read(store.chain(host, host.config.domain)).fingerprint:
        found.append(
            "nginx does not serve the certificate on disk: slipway certificate-renew loads it"
        )
    window = served.renewal_window * OVERDUE
    if left < (min(window, NOTICE) if record.source == "files" else window):
        found.append(
            f"{described(left)} of {described(served.lifetime)} are left: {_cure(record.source)}"
        )
    if record.trusted and not openssl.trusted(host, chain):
        found.append(
            "this host no longer trusts the certificate, so browsers may not trust it either"
        )
    return found


def _cure(source: str) -> str:
    if source == "files":
        return "replace the files of certificate.chain and certificate.key, and deploy"
    return "it was not renewed in time: slipway certificate-renew shows the reason"


def described(time: timedelta) -> str:
    """A length of time in days, or in hours or minutes when it is short."""
    seconds = time.total_seconds()
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
