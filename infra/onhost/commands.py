"""The commands of `slipway` on the host, and what each one takes."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from .alerts import send
from .base import downtime, maintenance
from .certificates import certificate, check
from .command import Failure
from .config import Host
from .credentials import secrets
from .diagnosis import builds
from .inspection import inspect
from .inspection.environments import state as environments
from .mending import base, mend
from .processes import timers
from .releases import history, prepare, release, retire, switch, workers
from .services import way_out
from .site import verify
from .site import watch as site_watch
from .status import collect, render
from .verbs import commands as verbs
from .watchdog import watch

Action = Callable[[Host, argparse.Namespace], object]


def _run_timer(host: Host, arguments: argparse.Namespace) -> None:
    name = release.current(host)
    if not name:
        raise Failure("no release is live: deploy first")
    timers.run_once(host, name, arguments.process, release.processes_of(host, name))


def _status(host: Host, arguments: argparse.Namespace) -> object:
    found = collect.status(host)
    return found if arguments.json else render.status(found)


def _history(host: Host, arguments: argparse.Namespace) -> object:
    entries = history.read(host)[-arguments.last :]
    return [asdict(entry) for entry in entries] if arguments.json else render.history(entries)


def _switch(host: Host, arguments: argparse.Namespace) -> None:
    order = switch.Order(arguments.release, arguments.kind, arguments.by, arguments.revision)
    switch.switch(host, order)


def _inspect(host: Host, arguments: argparse.Namespace) -> object:
    if arguments.json:
        return inspect.data(inspect.differences(host))
    inspect.check(host)
    return None


def _release_state(host: Host, _: argparse.Namespace) -> object:
    found = inspect.differences(host, inspect.RELEASE)
    return release.state(host) | {"differences": [str(one) for one in found]}


def _alert_test(host: Host, _: argparse.Namespace) -> None:
    try:
        send.test(host.layout)
    except send.NotSentError as error:
        raise Failure(str(error)) from error


# What people run; what a command returns is printed, data as JSON.
COMMANDS: dict[str, tuple[str, Action]] = {
    "status": ("show the state of this host on one screen", _status),
    "history": ("list the releases: who made them, when, how long it took, how it ended", _history),
    **verbs.COMMANDS,
    "inspect": ("show what differs from what the last deploy put, and what mends it", _inspect),
    "mend": (
        "mend what differs, as far as this host can without a deploy",
        lambda host, _: mend.mend(host),
    ),
    "maintenance-state": (
        "show whether maintenance is on",
        lambda host, _: maintenance.state(host),
    ),
    "maintenance-on": (
        "start maintenance: visitors get a page with status 503",
        lambda host, _: maintenance.turn(host, "on"),
    ),
    "maintenance-off": (
        "end maintenance: visitors get the site again",
        lambda host, _: maintenance.turn(host, "off"),
    ),
    "certificate-renew": (
        "renew the certificate if it is due, and load it into nginx",
        lambda host, _: certificate.renew(host),
    ),
    "certificate-check": (
        "check the certificate that nginx serves for each name",
        lambda host, _: check.check(host),
    ),
    "site-check": (
        "ask the site by every name, as visitors do",
        lambda host, _: verify.check(host),
    ),
    "alert-test": ("send a test alert in each way that the setting alerts has", _alert_test),
}

# What units, certbot and deploys call: not shown by --help.
INTERNAL: dict[str, Action] = {
    "way-out-state": lambda _host, _: way_out.state(),
    "way-out-mend": lambda _host, _: way_out.mend(),
    "base-state": lambda host, _: base.state(host),
    "base-apply": lambda host, _: base.mend(host),
    "inspection-state": lambda host, _: mend.state(host),
    "environments-state": lambda host, _: environments(host),
    "base-cost": lambda host, _: downtime.last(host),
    "secrets-state": lambda host, _: secrets.state(host),
    "secrets-ensure": lambda host, _: secrets.ensure(host),
    "certificate-state": lambda host, _: certificate.state(host),
    "certificate-prepared": lambda host, _: certificate.prepared(host),
    "certificate-prepare": lambda host, _: certificate.prepare(host),
    "certificate-ensure": lambda host, _: certificate.ensure(host),
    "certificate-put-off": lambda host, _: certificate.postponed(host),
    "certificate-install": lambda host, _: certificate.install(host),
    "build-reason": lambda _host, _: builds.explained(sys.stdin),
    "release-state": _release_state,
    "switch": _switch,
    "start": lambda host, a: prepare.start(host, a.release),
    "run-timer": _run_timer,
    "drain": lambda host, a: workers.drain(host, a.release),
    "retire": lambda host, a: retire.retire(host, a.release),
    "site-state": lambda host, _: verify.state(host),
    "site-ensure": lambda host, _: verify.ensure(host),
    "site-remarks": lambda host, _: verify.remarks(host),
    "site-watch": lambda host, _: site_watch.watch(host),
    "watch": lambda host, _: watch.watch(host),
}
ACTIONS = {name: action for name, (_, action) in COMMANDS.items()} | INTERNAL

# What some of them take besides.
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "status": {"--json": {"action": "store_true", "help": "print JSON, for programs"}},
    "inspect": {"--json": {"action": "store_true", "help": "as JSON, for programs"}},
    "history": {
        "--json": {"action": "store_true", "help": "print JSON, for programs"},
        "--last": {"type": int, "default": 20, "help": "number of releases (20)"},
    },
    **verbs.OPTIONS,
    "start": {"release": {}},
    "run-timer": {"process": {}},
    "drain": {"release": {}},
    "retire": {"release": {}},
    "switch": {
        "release": {},
        "--kind": {"choices": ["deploy", "rollback", "restart"], "default": "deploy"},
        "--by": {"default": "", "help": "who wants it"},
        "--revision": {"default": "", "help": "git revision of the checkout"},
    },
}
