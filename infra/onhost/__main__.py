"""The command `slipway` on the host."""

import argparse
import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from . import config, watchdog
from .alerts import send
from .base import apply, downtime, maintenance
from .certificates import certificate, check
from .command import Failure, say
from .config import HostConfig
from .credentials import secrets
from .releases import get, history, release, retire, switch, workers
from .status import collect, render

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}  # no fault of the program's

Action = Callable[[HostConfig, argparse.Namespace], object]

# What each command does; what it returns is printed as JSON.
ACTIONS: dict[str, tuple[str, Action]] = {
    "base-state": ("whether nginx and Redis run as their files say", lambda _c, _a: apply.state()),
    "base-apply": (
        "start nginx and Redis, or what changed of them",
        lambda c, _a: apply.apply(c, release.health_path(release.current())),
    ),
    "base-cost": ("what the last change of nginx and Redis cost", lambda _c, _a: downtime.last()),
    "secrets-state": ("which secrets are missing", lambda c, _a: secrets.state(c)),
    "secrets-ensure": ("make the missing secrets", lambda c, _a: secrets.ensure(c)),
    "certificate-state": ("what stands of the certificate", lambda c, _a: certificate.state(c)),
    "certificate-prepared": (
        "whether nginx has a certificate for each name",
        lambda c, _a: certificate.prepared(c),
    ),
    "certificate-prepare": (
        "make a self-signed certificate if there is none",
        lambda c, _a: certificate.prepare(c),
    ),
    "certificate-ensure": (
        "issue if there is none or it is due, install, compare",
        lambda c, _a: certificate.ensure(c),
    ),
    "certificate-put-off": (
        "why the last deploy left a renewal to the timer",
        lambda _c, _a: certificate.put_off(),
    ),
    "certificate-renew": ("issue or renew, install, compare", lambda c, _a: certificate.renew(c)),
    "certificate-install": ("certbot's deploy hook", lambda c, _a: certificate.install(c)),
    "certificate-check": (
        "look at what is served on every name",
        lambda c, _a: check.check(c),
    ),
    "alert": ("tell the operator that UNIT failed", lambda _c, a: send.send(a.unit)),
    "alert-test": ("send a test by every way that is set", lambda _c, _a: send.test()),
    "release-state": ("which release is current", lambda c, _a: release.state(c)),
    "status": (
        "everything on one screen",
        lambda c, a: _shown(collect.status(c), a, render.status),
    ),
    "history": (
        "the releases: who, when, how long, how it ended",
        lambda _c, a: _shown(history.read()[-a.last :], a, render.history),
    ),
    "get": (
        "the current release's answer to GET PATH, also where nginx keeps it private",
        lambda c, a: get.answer(a.path, c),
    ),
    "maintenance-state": ("whether it is on", lambda _c, _a: maintenance.state()),
    "maintenance-on": ("visitors get 503 and a page", lambda _c, _a: maintenance.turn("on")),
    "maintenance-off": ("visitors are served again", lambda _c, _a: maintenance.turn("off")),
    "switch": (
        "make RELEASE the current one",
        lambda c, a: switch.switch(switch.Order(a.release, a.kind, a.by, a.revision), c),
    ),
    "drain": (
        "wait until RELEASE's workers have finished their jobs",
        lambda _c, a: workers.drain(a.release),
    ),
    "retire": (
        "end RELEASE when it has answered and finished what it has begun",
        lambda _c, a: retire.retire(a.release),
    ),
    "watch": ("start what stopped, restart what hangs", lambda _c, _a: watchdog.watch()),
}


# What some of them take besides.
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "status": {"--json": {"action": "store_true", "help": "as JSON, for programs"}},
    "history": {
        "--json": {"action": "store_true", "help": "as JSON, for programs"},
        "--last": {"type": int, "default": 20, "help": "how many (20)"},
    },
    "get": {"path": {"help": "with a query if wanted"}},
    "alert": {"unit": {"help": "as systemd calls it"}},
    "drain": {"release": {}},
    "retire": {"release": {}},
    "switch": {
        "release": {},
        "--kind": {"choices": ["deploy", "rollback"], "default": "deploy"},
        "--by": {"default": "", "help": "who wants it"},
        "--revision": {"default": "", "help": "git revision of the checkout"},
    },
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slipway", description="Slipway on this host.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (text, _) in ACTIONS.items():
        command = commands.add_parser(name, help=text, description=text)
        for option, how in OPTIONS.get(name, {}).items():
            command.add_argument(option, **how)
    return parser


def main() -> int:
    """Runs one command; 0, or 1 after a line that says what failed."""
    parser = _parser()
    arguments = parser.parse_args()
    if os.geteuid():
        parser.error("needs root: run it with sudo")
    os.umask(0o022)
    try:
        result = ACTIONS[arguments.command][1](config.load(), arguments)
    except Failure as failure:
        say(f"slipway {arguments.command}: {failure}")
        return 1
    except OSError as error:
        if error.errno not in DISK:
            raise
        say(f"slipway {arguments.command}: {error.filename or 'the disk'}: {error.strerror}")
        return 1
    if isinstance(result, str):
        print(result)
    elif result is not None:
        print(json.dumps(result))
    return 0


def _shown(found: Any, arguments: argparse.Namespace, text: Callable[[Any], str]) -> object:
    """The data for programs, or a text for people."""
    if not arguments.json:
        return text(found)
    return [asdict(entry) for entry in found] if isinstance(found, list) else found


if __name__ == "__main__":
    sys.exit(main())
