"""The verbs that act on the application: logs, shell, run, restart, jobs."""

import argparse
from collections.abc import Callable
from typing import Any

from ..config import Host
from . import get, jobs, logs, one_off, restart

Action = Callable[[Host, argparse.Namespace], object]

COMMANDS: dict[str, tuple[str, Action]] = {
    "logs": ("show the log of a process or of all, over all releases", logs.show),
    "run": (
        "run a command in a new container of the current release, with its settings and secrets",
        lambda host, a: one_off.command(host, a.words),
    ),
    "shell": (
        "open a shell in a new container of the current release, with its settings and secrets",
        lambda host, _: one_off.shell(host),
    ),
    "restart": (
        "start the current release anew, without a failed request; or one process alone",
        restart.restart,
    ),
    "jobs": ("list the failed jobs of RQ, run them again, or delete them", jobs.jobs),
    "get": (
        "send GET PATH to the current release and print the answer, also for private paths",
        lambda host, a: get.answer(host, a.path),
    ),
}

OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "logs": {
        "process": {
            "nargs": "*",
            "metavar": "PROCESS",
            "help": f"one or more: a process of the settings, {', '.join(logs.OWN)};"
            " without one, all of them",
        },
        "-f, --follow": {"action": "store_true", "help": "go on with the lines that come"},
        "--since": {"default": "", "help": "from this time on: 10m, 2h, 1d, 2026-11-26 14:00"},
        "-n, --lines": {"type": int, "default": 0, "help": "the last ones (100; with --since all)"},
        "--release": {"default": "", "metavar": "ID", "help": "of this release alone"},
    },
    "run": {"words": {"nargs": argparse.REMAINDER, "metavar": "COMMAND", "help": "with its words"}},
    "restart": {
        "process": {
            "nargs": "?",
            "metavar": "PROCESS",
            "help": "a queue or a single process: it alone; web: the whole release, as without it",
        },
        "--by": {"default": "", "help": "who wants it"},
    },
    "jobs": {
        "action": {
            "nargs": "?",
            "choices": ["list", "show", "retry", "clear"],
            "default": "list",
            "help": "list the failed ones, show one, run them again, or delete them",
        },
        "id": {"nargs": "*", "metavar": "ID", "help": "of a failed job"},
        "--all": {"action": "store_true", "help": "all failed jobs, for retry and clear"},
        "--json": {"action": "store_true", "help": "print JSON, for programs"},
    },
    "get": {"path": {"metavar": "PATH", "help": "a path of the site; it may have a query"}},
}
