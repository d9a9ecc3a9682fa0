"""The base, nginx and Redis: whether it runs as its files say, and making it so."""

import hashlib
import json
from pathlib import Path

from . import layout, nginx
from .command import replace, run, say, succeeds

APPLIED = layout.APPLIED / "base.json"
ENVIRONMENT = layout.BASE / ".env"


def state() -> dict[str, bool]:
    """Whether the files were applied, and whether the unit is up and enabled."""
    applied = json.loads(APPLIED.read_text()) if APPLIED.exists() else {}
    return {
        "applied": applied == digests(),
        "active": succeeds("systemctl", "is-active", "--quiet", layout.BASE_UNIT),
        "enabled": succeeds("systemctl", "is-enabled", "--quiet", layout.BASE_UNIT),
    }


def digests() -> dict[str, str]:
    """What the running base must have been started from."""
    return {
        "compose": _digest(layout.BASE),
        "nginx": _digest(layout.NGINX),
        "redis_users": _digest(layout.REDIS_USERS.parent),
    }


def apply() -> None:
    """Starts the base, or recreates what changed; nginx' configuration is loaded without a gap."""
    wanted = digests()
    replace(ENVIRONMENT, f"REDIS_USERS={wanted['redis_users']}\n".encode())
    say("starting nginx and Redis")
    run("systemctl", "enable", "--quiet", layout.BASE_UNIT)
    run("systemctl", "reload-or-restart", layout.BASE_UNIT)
    nginx.reload()
    replace(APPLIED, json.dumps(wanted).encode())


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != ENVIRONMENT:
            total.update(f"{path}\0".encode() + path.read_bytes())
    return total.hexdigest()[:12]
