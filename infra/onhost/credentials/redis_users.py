"""Redis' users: the passwords of today and of the releases on the host, and no others.

A release keeps the password that it started with; Redis takes both while a new one comes, and goes
on taking the older one for as long as its release may be gone back to.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

from .. import layout
from ..command import replace, run, say
from ..config import Host
from ..services import redis

SECRET = "redis_password"  # noqa: S105  the name of its file
ADMINISTRATOR = "slipway"
CONTAINER = f"{layout.BASE_PROJECT}-redis-1"


def text(host: Host) -> bytes:
    """Redis' ACL file: the application by hashes of its passwords, and one that may ping."""
    hashes = " ".join(f"#{hashlib.sha256(password).hexdigest()}" for password in _passwords(host))
    return (
        f"user default on {hashes} ~* &* +@all -@admin +acl|load +client|list +config|get\n"
        "user health on nopass -@all +ping\n"
    ).encode()


def current(host: Host) -> bool:
    """Whether the file is as it shall be; without Redis nobody reads it."""
    if not host.config.redis:
        return True
    return host.layout.redis_users.exists() and host.layout.redis_users.read_bytes() == text(host)


def put(host: Host) -> None:
    """Writes the file, for Redis alone."""
    if not host.config.redis:
        return
    replace(host.layout.redis_users, text(host), 0o440, layout.REDIS_UID)


def load(host: Host) -> None:
    """Redis takes the file's users; it runs on, and so do its connections.

    Any password that it knows will do for this. It is restarted when it knows none.
    """
    problem = "it has no password"
    for password in _passwords(host):
        try:
            with redis.session(host, password.decode()) as stream:
                redis.command(stream, "ACL", "LOAD")
                return
        except (OSError, ValueError) as error:
            problem = str(error)
    say(f"restarting Redis, because it did not load the new passwords: {problem}")
    run("docker", "restart", CONTAINER)


@contextlib.contextmanager
def administrator(host: Host) -> Iterator[Any]:
    """A conversation with Redis as a user who may do all, and who is gone afterwards.

    No password that an application has lets anybody change how Redis runs.
    """
    password = secrets.token_urlsafe(32)
    digest = hashlib.sha256(password.encode()).hexdigest()
    users = text(host) + f"user {ADMINISTRATOR} on #{digest} ~* &* +@all\n".encode()
    replace(host.layout.redis_users, users, 0o440, layout.REDIS_UID)
    try:
        load(host)
        with redis.session(host, ADMINISTRATOR, password) as stream:
            yield stream
    finally:
        put(host)
        load(host)


def _passwords(host: Host) -> list[bytes]:
    """Today's first."""
    files = [
        host.layout.secrets / SECRET,
        *sorted(host.layout.releases.glob(f"*/secrets/{SECRET}")),
    ]
    return list(dict.fromkeys(file.read_bytes() for file in files if file.exists()))
