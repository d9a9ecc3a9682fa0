"""The base, nginx and Redis: whether it runs as its files say, and making it so."""

import hashlib
import json
from pathlib import Path

from .. import layout
from ..command import lock, replace, run, say, succeeds
from ..config import HostConfig
from ..credentials import redis_users
from ..services import nginx
from . import downtime, standby

APPLIED = layout.APPLIED / "base.json"
SYSCTL = "/usr/lib/systemd/systemd-sysctl"


def state() -> dict[str, bool]:
    """Whether the files were applied, and whether the unit is up and enabled."""
    return {
        "applied": _applied() == digests(),
        "active": succeeds("systemctl", "is-active", "--quiet", layout.BASE_UNIT),
        "enabled": succeeds("systemctl", "is-enabled", "--quiet", layout.BASE_UNIT),
    }


def digests() -> dict[str, str]:
    """What the running base must have been started from."""
    return {
        "compose": _digest(layout.BASE),
        "nginx": _digest(layout.NGINX),
        "redis_users": _digest(layout.REDIS_USERS.parent),
        "sysctl": _digest(layout.SYSCTL),
    }


def apply(config: HostConfig, path: str) -> None:
    """Starts the base, or makes anew what changed; another nginx serves meanwhile.

    What that costs is measured by asking the site for `path`, unless it is empty.

    nginx' configuration and Redis' users are loaded without any of that.
    """
    with lock("a change of nginx and Redis"):
        wanted = digests()
        run(SYSCTL, layout.SYSCTL)
        run("systemctl", "enable", "--quiet", layout.BASE_UNIT)
        services = standby.changing()
        with downtime.measured(services, config, path):
            if "nginx" in services:
                standby.across(config.https_port, _start)
            else:
                _start()
            nginx.reload()
        if _applied().get("redis_users") != wanted["redis_users"]:
            redis_users.load()
        replace(APPLIED, json.dumps(wanted).encode())


def _start() -> None:
    say("starting nginx and Redis")
    run("systemctl", "reload-or-restart", layout.BASE_UNIT)


def follow_passwords() -> None:
    """Redis takes the passwords of the releases that are still there, and no others."""
    if redis_users.current():
        return
    redis_users.put()
    redis_users.load()
    wanted = _applied() | {"redis_users": digests()["redis_users"]}
    replace(APPLIED, json.dumps(wanted).encode())


def _applied() -> dict[str, str]:
    found: dict[str, str] = json.loads(APPLIED.read_text()) if APPLIED.exists() else {}
    return found


def _digest(place: Path) -> str:
    total = hashlib.sha256()
    for path in [place, *sorted(place.rglob("*"))]:
        if path.is_file():
            total.update(f"{path}\0".encode() + path.read_bytes())
    return total.hexdigest()[:12]
