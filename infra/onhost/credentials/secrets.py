"""The secrets on the host: made where the operator gave none, readable by root alone.

The directory admits root only; the files' group is the application's, so that its containers,
which get single files of them, can read those.
"""

import hashlib
import secrets

from .. import layout
from ..command import replace
from ..config import Host
from . import redis_users


def state(host: Host) -> dict[str, object]:
    """Which secrets are missing, and whether Redis' users are those of the known passwords."""
    missing = [name for name in host.config.secrets if not _value(host, name)]
    return {"missing": missing, "redis_users": redis_users.current(host)}


def ensure(host: Host) -> None:
    """Makes the missing secrets that need no operator, and Redis' users from its passwords."""
    for name in host.config.made_secrets:
        if not _value(host, name):
            content = secrets.token_urlsafe(32).encode()
            replace(host.layout.secrets / name, content, 0o440, layout.APP_UID)
    redis_users.put(host)


def version(host: Host) -> str:
    """Twelve hexadecimal digits that change with any secret; random ones among them keep it so."""
    total = hashlib.sha256()
    for name in sorted(host.config.secrets):
        total.update(name.encode() + b"\0" + _value(host, name) + b"\0")
    return total.hexdigest()[:12]


def _value(host: Host, name: str) -> bytes:
    path = host.layout.secrets / name
    return path.read_bytes() if path.exists() else b""
