"""The secrets on the host: made where the operator gave none, readable by root alone.

The directory admits root only; the files' group is the application's, so that its containers,
which get single files of them, can read those.
"""

import hashlib
import secrets

from . import layout
from .command import replace
from .config import HostConfig


def state(config: HostConfig) -> dict[str, object]:
    """Which secrets are missing, and whether Redis' users are those of its password."""
    missing = [name for name in config.secrets if not _value(name)]
    users = layout.REDIS_USERS.read_bytes() if layout.REDIS_USERS.exists() else b""
    return {"missing": missing, "redis_users": bool(users) and users == redis_users()}


def ensure(config: HostConfig) -> None:
    """Makes the missing secrets that need no operator, and Redis' users from its password."""
    for name in config.made_secrets:
        if not _value(name):
            content = secrets.token_urlsafe(32).encode()
            replace(layout.SECRETS / name, content, 0o440, layout.APP_UID)
    replace(layout.REDIS_USERS, redis_users(), 0o440, layout.REDIS_UID)


def redis_users() -> bytes:
    """Redis' ACL file: the application by the hash of its password, and one that may ping."""
    password = hashlib.sha256(_value("redis_password")).hexdigest()
    return (
        f"user default on #{password} ~* &* +@all -@admin +client|list +config|get\n"
        "user health on nopass -@all +ping\n"
    ).encode()


def version(config: HostConfig) -> str:
    """Twelve hexadecimal digits that change with any secret; random ones among them keep it so."""
    total = hashlib.sha256()
    for name in sorted(config.secrets):
        total.update(name.encode() + b"\0" + _value(name) + b"\0")
    return total.hexdigest()[:12]


def _value(name: str) -> bytes:
    path = layout.SECRETS / name
    return path.read_bytes() if path.exists() else b""
