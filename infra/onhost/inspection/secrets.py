"""Secrets and private keys: there, not empty, and readable by those alone who need them."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import layout
from ..certificates import store
from ..config import Host
from ..credentials import redis_users
from ..difference import Difference
from ..releases import prepare, release
from .files import SECRETS


@dataclass(frozen=True)
class Right:
    """Who may do what with a file."""

    path: Path
    mode: int
    user: int = 0
    group: int = 0


def differences(host: Host) -> Iterator[Difference]:
    """Secrets that are missing or empty, Redis' users, and rights that are not as they shall be."""
    for name in host.config.secrets:
        path = host.layout.secrets / name
        if not path.is_file() or not path.stat().st_size:
            yield Difference(str(path), "is empty" if path.is_file() else "is missing")
    domain = host.config.domain
    if store.chain(host, domain).exists() and not store.has_its_key(host, domain):
        key = store.key(host, domain)
        wrong = "is not the key of the certificate beside it" if key.exists() else "is missing"
        yield Difference(str(key), wrong)
    current = release.current(host)
    if current and not prepare.has_variables(host, current):
        path = release.folder(host, current) / release.ENVIRONMENT
        yield Difference(str(path), "was not made of the secrets that the release keeps")
    if not redis_users.current(host):
        yield Difference(str(host.layout.redis_users), "does not hold the passwords of today")
    for right in wrong_rights(host):
        found = right.path.stat()
        yield Difference(
            str(right.path),
            f"has the mode {stat.S_IMODE(found.st_mode):o} and belongs to"
            f" {found.st_uid}:{found.st_gid}, not {right.mode:o} and {right.user}:{right.group}",
        )


def wrong_rights(host: Host) -> list[Right]:
    """The files that are there with another mode or another owner."""
    return [right for right in _rights(host) if not _holds(right)]


def _holds(right: Right) -> bool:
    found = right.path.stat()
    return (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (
        right.mode,
        right.user,
        right.group,
    )


def _rights(host: Host) -> Iterator[Right]:
    for right in _wanted(host):
        if right.path.exists() and not right.path.is_symlink():
            yield right


def _wanted(host: Host) -> Iterator[Right]:
    paths = host.layout
    folder = release.folder(host, release.current(host) or "none")
    copies = folder / SECRETS
    for path in (*(paths.secrets / name for name in host.config.secrets), *copies.glob("*")):
        yield Right(path, 0o440, group=layout.APP_UID)
    yield Right(copies, 0o700)
    yield Right(folder / release.ENVIRONMENT, 0o600)
    yield Right(paths.redis_users, 0o440, group=layout.REDIS_UID)
    yield Right(paths.redis_socket, 0o770, layout.REDIS_UID, layout.REDIS_SOCKET_GID)
    for version in paths.tls.glob(".*"):
        if version.is_dir() and not version.is_symlink():
            yield Right(version, 0o750, group=layout.NGINX_UID)
            for name in (store.KEY, store.CHAIN):
                yield Right(version / name, 0o640, group=layout.NGINX_UID)
    yield Right(paths.letsencrypt / "accounts", 0o700)
    for path in (paths.letsencrypt / "accounts").rglob("private_key.json"):
        yield Right(path, 0o400)
    for path in (paths.letsencrypt / "archive" / host.config.domain).glob("privkey*.pem"):
        yield Right(path, 0o600)
