"""The certificate: what is there, what is served, and making both right, whatever its source.

A CA is asked only when these facts call for it, or by the renewal timer.
"""

import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import layout
from ..command import Failure, replace, say
from ..config import HostConfig
from ..services import nginx, openssl
from . import source, store, virtual_hosts

RELOAD_SECONDS = 10


def state(config: HostConfig) -> dict[str, bool]:
    """What a deploy decides from; all true means that there is nothing to do."""
    found = source.ready(config)
    return {
        "issued": found,
        "fresh": found and not source.due(config),
        "installed": found and _is_installed(config),
        "loaded": virtual_hosts.loaded(config),
        "served": found and _served(config),
    }


def _served(config: HostConfig) -> bool:
    wanted = openssl.read(source.chain(config)).fingerprint
    return all(nginx.served(name, config.https_port) == wanted for name in config.names)


def prepare(config: HostConfig) -> None:
    """nginx has a certificate for each name before the source has been asked for one."""
    with _alone():
        if not store.chain(config.domain).exists():
            _put_first(config)
        _load(config)


def _put_first(config: HostConfig) -> None:
    """Installs what the source has left already, or another good one, or a placeholder."""
    if source.ready(config) and source.lasts(config):
        _put(config)
    elif other := virtual_hosts.fitting(config):
        store.put(config.domain, store.chain(other).read_bytes(),
                      store.key(other).read_bytes(), store.about(other).source)  # fmt: skip
    else:
        with tempfile.TemporaryDirectory(dir=layout.STATE) as folder:
            made = store.sign(config.names, config.certificate.key_type, Path(folder))
        store.put(config.domain, *made, store.PLACEHOLDER)


def prepared(config: HostConfig) -> dict[str, bool]:
    """Whether there is nothing to prepare."""
    return {
        "certificate": store.chain(config.domain).exists(),
        "loaded": virtual_hosts.loaded(config),
    }


def ensure(config: HostConfig) -> None:
    """Issues if there is none or it is due, installs, and compares what is served with the disk.

    Unlike the timer's renewal this asks a CA nothing while there is nothing to ask for; nor does it
    fail while a good certificate serves: when that cannot be renewed yet, the timer tries again.
    """
    refused = _renewed(config, advised=False)
    replace(layout.PUT_OFF, f"The certificate could not be renewed yet: {refused}\n".encode()
            if refused else b"")  # fmt: skip


def put_off() -> str:
    """Why the last deploy left a renewal to the timer; empty if it did not."""
    return layout.PUT_OFF.read_text().strip() if layout.PUT_OFF.exists() else ""


def renew(config: HostConfig) -> None:
    """Issues or renews, also when only the CA wants it; installs, and compares."""
    if refused := _renewed(config, advised=True):
        raise refused


def _renewed(config: HostConfig, *, advised: bool) -> Failure | None:
    """Installs and compares; why there is no new certificate, while the old one is good.

    Raises Failure when none is, or when it is not served.
    """
    refused = None
    with _alone():
        try:
            source.obtain(config, advised=advised)
        except Failure as failure:
            if not (source.ready(config) and source.lasts(config)):
                raise
            refused = failure
        install(config)
        check(config)
    return refused


def install(config: HostConfig) -> None:
    """Copies the certificate to where nginx reads it, and loads it; certbot's deploy hook."""
    if not _is_installed(config):
        _put(config)
    elif virtual_hosts.loaded(config) and _served(config):
        return  # a reload would cost nobody a request, but kept connections their process
    _load(config)


def _load(config: HostConfig) -> None:
    """nginx reads what is installed; what it does not serve any more goes."""
    virtual_hosts.load(config)
    store.tidy([config.domain, *virtual_hosts.leaving(config)])


def _put(config: HostConfig) -> None:
    folder = source.folder(config)
    store.put(config.domain, (folder / store.CHAIN).read_bytes(),
                  (folder / store.KEY).read_bytes(), config.certificate.source)  # fmt: skip


def _is_installed(config: HostConfig) -> bool:
    chain = store.chain(config.domain)
    same = chain.exists() and chain.read_bytes() == source.chain(config).read_bytes()
    return same and store.about(config.domain).source == config.certificate.source


def check(config: HostConfig) -> None:
    """Raises Failure unless nginx serves the certificate on disk, on every name."""
    wanted = openssl.read(source.chain(config))
    deadline = time.monotonic() + RELOAD_SECONDS  # old nginx processes accept for a moment more
    for name in config.names:
        while nginx.served(name, config.https_port) != wanted.fingerprint:
            if time.monotonic() > deadline:
                raise Failure(f"nginx does not serve the certificate on disk of {name}:"
                              f" see journalctl CONTAINER_NAME={nginx.CONTAINER}")  # fmt: skip
            time.sleep(0.2)
    say(f"{', '.join(config.names)} serves its certificate until {wanted.ends:%Y-%m-%d %H:%M} UTC")


@contextmanager
def _alone() -> Iterator[None]:
    """Waits for whoever else is at the certificate: the timer and a deploy may meet."""
    with layout.CERTIFICATE_LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
