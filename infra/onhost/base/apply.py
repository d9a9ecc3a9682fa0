"""The base, nginx and Redis: whether it runs as its files say, and making it so."""

import hashlib
import json
from collections.abc import Collection
from functools import partial
from pathlib import Path

from .. import layout
from ..command import replace, run, say, succeeds
from ..config import Host
from ..credentials import redis_users
from ..locks import lock
from ..services import nginx
from . import downtime, standby

SYSCTL = "/usr/lib/systemd/systemd-sysctl"


def state(host: Host) -> dict[str, bool]:
    """Whether Redis has loaded its users, and whether the unit is up and enabled."""
    return {
        "users": _applied(host) == digests(host),
        "active": succeeds("systemctl", "is-active", "--quiet", layout.BASE_UNIT),
        "enabled": succeeds("systemctl", "is-enabled", "--quiet", layout.BASE_UNIT),
    }


def digests(host: Host) -> dict[str, str]:
    """What the base must have loaded that it does not tell by itself."""
    users = host.layout.redis_users.parent
    return {"redis_users": _digest(users)} if host.config.redis else {}


def apply(host: Host, path: str, others: Collection[str] = ()) -> None:
    """Starts the base, or replaces what changed of it; a standby nginx serves meanwhile.

    `others` are services that need another container although their files did not change.

    The downtime is measured by asking the site for `path`, unless that is empty. nginx'
    configuration and Redis' users are loaded without any of this.
    """
    with lock(host.layout.lock, "a change of nginx and Redis"):
        wanted = digests(host)
        run(SYSCTL, host.layout.sysctl)
        run("systemctl", "enable", "--quiet", layout.BASE_UNIT)
        services = standby.changing(host) | set(others)
        start = partial(_start, host, others)
        with downtime.measured(host, services, path):
            if "nginx" in services:
                standby.serve_during(host, start)
            else:
                start()
            nginx.reload(host)
        if _applied(host).get("redis_users") != wanted.get("redis_users") and host.config.redis:
            redis_users.load(host)
        replace(host.layout.base_applied, json.dumps(wanted).encode())


def _start(host: Host, others: Collection[str]) -> None:
    say("starting nginx and Redis")
    if others:
        compose = ("docker", "compose", "--file", host.layout.base_compose, "up", "--detach")
        run(*compose, "--wait", "--no-deps", "--force-recreate", *sorted(others))
    run("systemctl", "reload-or-restart", layout.BASE_UNIT)


def follow_passwords(host: Host) -> None:
    """Redis takes the passwords of the releases that are still there, and no others."""
    if redis_users.current(host):
        return
    redis_users.put(host)
    redis_users.load(host)
    wanted = _applied(host) | {"redis_users": digests(host)["redis_users"]}
    replace(host.layout.base_applied, json.dumps(wanted).encode())


def _applied(host: Host) -> dict[str, str]:
    file = host.layout.base_applied
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _digest(place: Path) -> str:
    total = hashlib.sha256()
    for path in [place, *sorted(place.rglob("*"))]:
        if path.is_file():
            total.update(f"{path}\0".encode() + path.read_bytes())
    return total.hexdigest()[:12]
