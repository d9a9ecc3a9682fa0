"""An independent look at what is served: on every name, a certificate that fits and does not end.

It asks nginx and nobody else: whatever went wrong before, this is what visitors get.
"""

from datetime import UTC, datetime, timedelta

from ..command import Failure, say
from ..config import HostConfig
from ..services import nginx, openssl
from . import store

OVERDUE = 0.75  # of the renewal window is left: the timer has failed for long enough to say so

NOTICE = timedelta(days=30)  # for an operator to bring another of a long life


def check(config: HostConfig) -> None:
    """Says what each name is served with. Raises Failure, with a line for each thing amiss."""
    problems = [
        f"{name}: {problem}" for name in config.names for problem in problems_of(config, name)
    ]
    if problems:
        raise Failure("\n  ".join(["certificates need attention:", *problems]))


def problems_of(config: HostConfig, name: str) -> list[str]:
    """What is amiss with the certificate that a name is served with."""
    chain = nginx.chain(name, config.https_port)
    if not chain:
        return [f"no certificate is served: see docker logs {nginx.CONTAINER}"]
    served = openssl.read_text(chain)
    about = store.about(config.domain)
    left = served.ends - datetime.now(UTC)
    say(f"{name}: {words(left)} of {words(served.lifetime)} are left")
    found = []
    if about.source == store.PLACEHOLDER:
        found.append("the placeholder is served: slipway certificate-renew says why")
    if not served.covers(name):
        found.append(f"the certificate is for {', '.join(sorted(served.names)) or 'no name'}")
    if served.fingerprint != openssl.read(store.chain(config.domain)).fingerprint:
        found.append("it is not the one on disk: slipway certificate-renew loads that")
    window = served.renewal_window * OVERDUE
    if left < (min(window, NOTICE) if about.source == "files" else window):
        found.append(f"{words(left)} of {words(served.lifetime)} are left: {_cure(about.source)}")
    if about.trusted and not openssl.trusted(chain):
        found.append("this host does not trust it any more, nor will visitors")
    return found


def _cure(source: str) -> str:
    if source == "files":
        return "put a new one where certificate.chain and certificate.key lead, and deploy"
    return "it should be renewed by now: slipway certificate-renew says why it is not"


def words(time: timedelta) -> str:
    """A length of time in days, or in hours or minutes when it is short."""
    seconds = time.total_seconds()
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
