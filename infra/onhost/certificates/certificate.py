"""The certificate: what is there, what is served, and making both right, whatever its source.

A CA is asked only when these facts call for it, or by the renewal timer.
"""

import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from ..command import Failure, replace, say
from ..config import Host
from ..locks import lock
from ..services import nginx, openssl
from . import lineage, source, store, virtual_hosts

RELOAD_SECONDS = 10
WAIT_SECONDS = 300  # for another one at the certificate; a CA answers within a minute or two
BUSY = "another program is at the certificate"


def state(host: Host) -> dict[str, bool]:
    """What a deploy decides from; all true means that there is nothing to do."""
    found = source.ready(host)
    return {
        "issued": found,
        "fresh": found and not source.renewal_due(host),
        "installed": found and _is_installed(host),
        "loaded": virtual_hosts.loaded(host),
        "served": found and _served(host),
    }


def _served(host: Host) -> bool:
    wanted = openssl.read(source.chain(host)).fingerprint
    return all(nginx.served(name, host.config.https_port) == wanted for name in host.config.names)


def prepare(host: Host) -> None:
    """nginx has a certificate for each name before the source has been asked for one."""
    with _alone(host, "the preparation of the certificate"):
        lineage.take_over(host)
        lineage.mend(host)
        if not store.has_its_key(host, host.config.domain):
            _put_first(host)
        if not store.trust_is_noted(host, host.config.domain):
            store.note_trust(host, host.config.domain)
        _load(host)


def _put_first(host: Host) -> None:
    """Installs what the source has left already, or another good one, or a placeholder."""
    if source.ready(host) and source.unexpired(host):
        _put(host)
    elif other := virtual_hosts.covering_name(host):
        pair = (store.chain(host, other).read_bytes(), store.key(host, other).read_bytes())
        store.put(host, host.config.domain, *pair, store.record(host, other).source)
    else:
        with tempfile.TemporaryDirectory(dir=host.layout.state) as folder:
            made = store.sign(host.config.names, host.config.certificate.key_type, Path(folder))
        store.put(host, host.config.domain, *made, store.PLACEHOLDER)


def prepared(host: Host) -> dict[str, bool]:
    """Whether there is nothing to prepare."""
    there = store.chain(host, host.config.domain).exists()
    return {
        "certificate": there and store.has_its_key(host, host.config.domain),
        "trust": there and store.trust_is_noted(host, host.config.domain),
        "loaded": virtual_hosts.loaded(host),
        "apart": not lineage.foreign(host),
        "whole": lineage.whole(host),
    }


def ensure(host: Host) -> None:
    """Issues if there is none or it is due, installs, and compares what is served with the disk.

    Unlike the timer's renewal this asks a CA nothing while there is nothing to ask for; nor does it
    fail while a good certificate serves: when that cannot be renewed yet, the timer tries again.
    """
    refused = _renewed(host, advised=False)
    line = f"The certificate could not be renewed yet: {refused}\n" if refused else ""
    replace(host.layout.renewal_postponed, line.encode())


def postponed(host: Host) -> str:
    """Why the last deploy left a renewal to the timer; empty if it did not."""
    file = host.layout.renewal_postponed
    return file.read_text().strip() if file.exists() else ""


def renew(host: Host) -> None:
    """Issues or renews, also when only the CA wants it; installs, and compares."""
    if refused := _renewed(host, advised=True):
        raise refused


def _renewed(host: Host, *, advised: bool) -> Failure | None:
    """Installs and compares; why there is no new certificate, while the old one is good.

    Raises Failure when none is, or when it is not served.
    """
    refused = None
    with _alone(host, "a renewal of the certificate" if advised else "a deploy"):
        lineage.take_over(host)  # a timer may come before the deploy that brought this version
        try:
            source.obtain(host, advised=advised)
        except Failure as failure:
            if not (source.ready(host) and source.unexpired(host)):
                raise
            refused = failure
        install(host)
        check(host)
    return refused


def install(host: Host) -> None:
    """Copies the certificate to where nginx reads it, and loads it; certbot's deploy hook."""
    if not _is_installed(host):
        _put(host)
    elif virtual_hosts.loaded(host) and _served(host):
        return  # a reload would cost nobody a request, but kept connections their process
    _load(host)


def load_again(host: Host) -> None:
    """nginx serves what the source has left, without asking for another; it may be no better."""
    with _alone(host, "the check of the site"):
        if source.ready(host):
            install(host)


def _load(host: Host) -> None:
    """nginx reads what is installed; what it does not serve any more goes."""
    virtual_hosts.load(host)
    store.tidy(host, [host.config.domain, *virtual_hosts.previous_domains(host)])


def _put(host: Host) -> None:
    folder = source.folder(host)
    pair = ((folder / store.CHAIN).read_bytes(), (folder / store.KEY).read_bytes())
    store.put(host, host.config.domain, *pair, host.config.certificate.source)


def _is_installed(host: Host) -> bool:
    chain = store.chain(host, host.config.domain)
    same = chain.exists() and chain.read_bytes() == source.chain(host).read_bytes()
    whole = same and store.has_its_key(host, host.config.domain)
    return whole and store.record(host, host.config.domain).source == host.config.certificate.source


def check(host: Host) -> None:
    """Raises Failure unless nginx serves the certificate on disk, on every name."""
    wanted = openssl.read(source.chain(host))
    deadline = time.monotonic() + RELOAD_SECONDS  # old nginx processes accept for a moment more
    for name in host.config.names:
        while (served := nginx.served(name, host.config.https_port)) != wanted.fingerprint:
            if time.monotonic() > deadline:
                raise Failure(
                    f"nginx does not serve the certificate on disk for {name}:"
                    f" see journalctl CONTAINER_NAME={nginx.CONTAINER}"
                    if served
                    else f"nobody answers for {name} on port {host.config.https_port}:"
                    " slipway site-check says why"
                )
            time.sleep(0.2)
    names, until = ", ".join(host.config.names), f"{wanted.ends:%Y-%m-%d %H:%M} UTC"
    say(f"nginx serves the certificate of {names}, which is valid until {until}")


def _alone(host: Host, purpose: str) -> AbstractContextManager[None]:
    """Waits for whoever else is at the certificate: the timer and a deploy may meet.

    Raises Failure, and says who that is, when it takes too long.
    """
    return lock(host.layout.certificate_lock, purpose, WAIT_SECONDS, BUSY)
