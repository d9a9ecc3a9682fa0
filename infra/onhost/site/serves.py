"""Whether visitors get the site: asked through nginx, by every name, at the outside address."""

import http.client
import ssl

from ..attention import LOG, Attention
from ..base import maintenance
from ..certificates import store
from ..command import Failure
from ..config import Host
from ..releases import release
from ..services import https, sockets
from ..services.https import Request
from . import ports
from .ports import Problems

TIMEOUT = 10.0  # seconds for an answer: a slow site is no broken one
RENEW = "slipway certificate-renew renews and loads the certificate, or says why it cannot"
FAILED = 500  # from here on an answer says that the site does not work


def problems(host: Host) -> Problems:
    """What keeps visitors from the site, by a key for each; nothing before the first release."""
    if not release.current(host):
        return {}
    found, address = ports.closed(host)
    if not address:
        return found
    if host.config.proxy_protocol:
        address = https.ADDRESS  # elsewhere nobody is answered without it
    tls = _context(host)
    for name in host.config.names:
        if said := _asked(host, address, name, tls):
            found[f"site {name}"] = said
    return found


def _context(host: Host) -> ssl.SSLContext:
    """Verifies as a visitor does, if this host trusted the certificate when it was installed."""
    if not store.record(host, host.config.domain).trusted:
        return https.context()
    return ssl.create_default_context(cafile=host.layout.ca_bundle)


def _asked(host: Host, address: str, name: str, tls: ssl.SSLContext) -> Attention | None:
    """What is amiss with the answers to a name; an alias only leads to the domain."""
    health = release.health_path(host, release.current(host))
    for path in dict.fromkeys([health, "/"] if name == host.config.domain else ["/"]):
        url = f"https://{name}{path}"
        try:
            status = https.status(host, Request(path, name, address), tls, TIMEOUT)
        except ssl.SSLCertVerificationError as error:
            return Attention(f"{url}: no visitor trusts it: {error.verify_message}", RENEW)
        except OSError as error:
            return Attention(f"{url}: no answer: {error or repr(error)}", _cure(host))
        if not _good(host, status, health=path == health):
            return Attention(f"{url}: answered {status}", _cure(host))
    return None


def _good(host: Host, status: int, *, health: bool) -> bool:
    """Whether the application answers, and well.

    Its health path says 200. A page may ask for a login, lead elsewhere or be missing.
    """
    if health:
        return status == http.client.OK
    if status == http.client.SERVICE_UNAVAILABLE:
        return maintenance.state(host)["maintenance"] == "on"
    return status < FAILED


def _cure(host: Host) -> str:
    """Where to look: at nginx while the application answers on its socket, else at its log."""
    current = release.current(host)
    log = LOG.format(container=f"slipway-{current}-web-1")
    try:
        config = release.load(host, current)
        socket = release.socket(host, current, config.server)
        status = sockets.ask(socket, config.health_path, host.config.domain).status
    except (Failure, OSError) as error:
        return f"the application does not answer ({error}): {log} says why; then deploy"
    if status != http.client.OK:
        return f"the application says {status} of its health: {log} says why; then deploy"
    return "the application itself is well: deploy, which loads nginx' files again"
